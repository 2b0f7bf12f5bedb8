package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// Center is a simulated vCenter and what steers it.
type Center struct {
	description Description
	service     *simulator.Service
	model       *simulator.Model
	inner       *simulator.Server
	folder      string
	state       state
}

// Build makes the vCenter and fills it through its own API, so that what exists is what the API would have made.
func Build(description Description) (*Center, error) {
	model := simulator.VPX()
	model.Datacenter, model.Cluster, model.ClusterHost, model.Host = 1, 0, 0, 0
	model.Machine, model.Portgroup, model.Datastore, model.Pool = 0, 0, 0, 0
	model.DelayConfig.MethodDelay = map[string]int{"LockHandoff": 0}
	if err := model.Create(); err != nil {
		return nil, err
	}
	center := &Center{description: description, model: model, service: model.Service}
	center.service.Listen = &url.URL{Host: "127.0.0.1:0", User: url.UserPassword(description.User, description.Password)}
	center.inner = center.service.NewServer()
	folder, err := os.MkdirTemp("", "vcsim-")
	if err != nil {
		return nil, err
	}
	center.folder = folder
	if err := center.fill(context.Background()); err != nil {
		center.Close()
		return nil, err
	}
	for method, milliseconds := range description.Delays {
		model.DelayConfig.MethodDelay[method] = milliseconds
	}
	center.state.calls = map[string]int{}
	center.state.seen = map[string]time.Time{}
	center.state.images = description.Images
	model.Map().Handler = center.strict
	return center, nil
}

// Close ends the inner server and removes its files.
func (c *Center) Close() {
	c.inner.Close()
	c.model.Remove()
	_ = os.RemoveAll(c.folder)
}

func (c *Center) fill(ctx context.Context) error {
	client, err := govmomi.NewClient(ctx, c.inner.URL, true)
	if err != nil {
		return err
	}
	f := filler{ctx: ctx, client: client, description: c.description, folder: c.folder, registry: c.model.Map()}
	return f.run()
}

type filler struct {
	ctx         context.Context
	client      *govmomi.Client
	description Description
	folder      string
	root        *object.DatacenterFolders
	folders     map[string]*object.Folder
	clusters    map[string]*object.ClusterComputeResource
	hosts       map[string]*object.HostSystem
	networks    map[string]object.NetworkReference
	registry    *simulator.Registry
}

func (f *filler) run() error {
	entity := property.DefaultCollector(f.client.Client)
	var root mo.Folder
	if err := entity.RetrieveOne(f.ctx, f.client.ServiceContent.RootFolder, []string{"childEntity"}, &root); err != nil {
		return err
	}
	center := object.NewDatacenter(f.client.Client, root.ChildEntity[0])
	if err := wait(f.ctx)(center.Rename(f.ctx, f.description.Name)); err != nil {
		return err
	}
	folders, err := center.Folders(f.ctx)
	if err != nil {
		return err
	}
	f.root = folders
	for _, step := range []func() error{f.makeFolders, f.makeClusters, f.makeDatastores, f.makeNetworks, f.makeMachines} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) makeFolders() error {
	f.folders = map[string]*object.Folder{"": f.root.VmFolder}
	for _, name := range f.description.Folders {
		made, err := f.root.VmFolder.CreateFolder(f.ctx, name)
		if err != nil {
			return fmt.Errorf("folder %s: %w", name, err)
		}
		f.folders[name] = made
	}
	return nil
}

func (f *filler) makeClusters() error {
	f.clusters, f.hosts = map[string]*object.ClusterComputeResource{}, map[string]*object.HostSystem{}
	for _, wanted := range f.description.Clusters {
		cluster, err := f.root.HostFolder.CreateCluster(f.ctx, wanted.Name, types.ClusterConfigSpecEx{})
		if err != nil {
			return fmt.Errorf("cluster %s: %w", wanted.Name, err)
		}
		f.clusters[wanted.Name] = cluster
		for _, name := range wanted.Hosts {
			spec := types.HostConnectSpec{HostName: name, UserName: "root", Password: "laboratory", Force: true}
			task, err := cluster.AddHost(f.ctx, spec, true, nil, nil)
			if err != nil {
				return fmt.Errorf("host %s: %w", name, err)
			}
			info, err := task.WaitForResult(f.ctx)
			if err != nil {
				return fmt.Errorf("host %s: %w", name, err)
			}
			host := info.Result.(types.ManagedObjectReference)
			f.hosts[name] = object.NewHostSystem(f.client.Client, host)
			f.size(host, wanted)
		}
	}
	return nil
}

// size gives a host the capacity of its description; the simulator's own hosts are all alike.
func (f *filler) size(host types.ManagedObjectReference, wanted Cluster) {
	system, ok := f.registry.Get(host).(*simulator.HostSystem)
	if !ok || wanted.CPU == 0 {
		return
	}
	memory := wanted.MemoryGB << 30
	system.Summary.Hardware.NumCpuCores, system.Summary.Hardware.MemorySize = wanted.CPU, memory
	system.Summary.Hardware.NumCpuThreads = wanted.CPU * 2
	if system.Hardware != nil {
		system.Hardware.CpuInfo.NumCpuCores, system.Hardware.MemorySize = wanted.CPU, memory
	}
}

func (f *filler) makeDatastores() error {
	for _, name := range f.description.Datastores {
		path := filepath.Join(f.folder, name)
		if err := os.MkdirAll(path, 0o700); err != nil {
			return err
		}
		for _, host := range f.hosts {
			system, err := host.ConfigManager().DatastoreSystem(f.ctx)
			if err != nil {
				return err
			}
			if _, err := system.CreateLocalDatastore(f.ctx, name, path); err != nil {
				return fmt.Errorf("datastore %s: %w", name, err)
			}
		}
	}
	return nil
}

func (f *filler) makeNetworks() error {
	f.networks = map[string]object.NetworkReference{}
	if len(f.description.Networks) == 0 {
		return nil
	}
	spec := types.DVSCreateSpec{ConfigSpec: &types.VMwareDVSConfigSpec{DVSConfigSpec: types.DVSConfigSpec{Name: f.description.Name + "-dvs"}}}
	task, err := f.root.NetworkFolder.CreateDVS(f.ctx, spec)
	if err != nil {
		return err
	}
	info, err := task.WaitForResult(f.ctx)
	if err != nil {
		return err
	}
	dvs := object.NewDistributedVirtualSwitch(f.client.Client, info.Result.(types.ManagedObjectReference))
	// The simulator takes members only from a reconfiguration, not from the creation.
	members := &types.DVSConfigSpec{}
	for _, host := range f.hosts {
		member := types.DistributedVirtualSwitchHostMemberConfigSpec{Operation: "add", Host: host.Reference()}
		members.Host = append(members.Host, member)
	}
	if err := wait(f.ctx)(dvs.Reconfigure(f.ctx, members)); err != nil {
		return err
	}
	var specs []types.DVPortgroupConfigSpec
	for _, wanted := range f.description.Networks {
		specs = append(specs, types.DVPortgroupConfigSpec{
			Name: wanted.Name, Type: "earlyBinding", NumPorts: 1024,
			DefaultPortConfig: &types.VMwareDVSPortSetting{
				Vlan: &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: wanted.VLAN},
			},
		})
	}
	if err := wait(f.ctx)(dvs.AddPortgroup(f.ctx, specs)); err != nil {
		return err
	}
	children, err := f.root.NetworkFolder.Children(f.ctx)
	if err != nil {
		return err
	}
	for _, child := range children {
		if group, ok := child.(*object.DistributedVirtualPortgroup); ok {
			name, err := group.ObjectName(f.ctx)
			if err != nil {
				return err
			}
			f.networks[name] = group
		}
	}
	return nil
}

func (f *filler) makeMachines() error {
	var group errgroup
	for _, wanted := range f.description.Machines {
		group.run(func() error {
			if err := f.makeMachine(wanted); err != nil {
				return fmt.Errorf("machine %s: %w", wanted.Name, err)
			}
			return nil
		})
	}
	return group.wait()
}

// errgroup runs a bounded number of functions side by side and keeps the first error.
type errgroup struct {
	waiting sync.WaitGroup
	once    sync.Once
	first   error
	places  chan struct{}
	ready   sync.Once
}

func (g *errgroup) run(work func() error) {
	g.ready.Do(func() { g.places = make(chan struct{}, 16) })
	g.places <- struct{}{}
	g.waiting.Add(1)
	go func() {
		defer func() { <-g.places; g.waiting.Done() }()
		if err := work(); err != nil {
			g.once.Do(func() { g.first = err })
		}
	}()
}

func (g *errgroup) wait() error {
	g.waiting.Wait()
	return g.first
}

func (f *filler) makeMachine(wanted Machine) error {
	cluster, known := f.clusters[wanted.Cluster]
	folder, placed := f.folders[wanted.Folder]
	if !known || !placed {
		return fmt.Errorf("unknown cluster %q or folder %q", wanted.Cluster, wanted.Folder)
	}
	pool, err := cluster.ResourcePool(f.ctx)
	if err != nil {
		return err
	}
	spec := types.VirtualMachineConfigSpec{
		Name: wanted.Name, GuestId: "windows9_64Guest", NumCPUs: wanted.CPU, MemoryMB: wanted.MemoryGB * 1024,
		Annotation: wanted.Note,
		Files:      &types.VirtualMachineFileInfo{VmPathName: fmt.Sprintf("[%s]", wanted.Datastore)},
	}
	for _, name := range wanted.Networks {
		network, ok := f.networks[name]
		if !ok {
			return fmt.Errorf("unknown network %q", name)
		}
		backing, err := network.EthernetCardBackingInfo(f.ctx)
		if err != nil {
			return err
		}
		card, err := object.EthernetCardTypes().CreateEthernetCard("vmxnet3", backing)
		if err != nil {
			return err
		}
		spec.DeviceChange = append(spec.DeviceChange, &types.VirtualDeviceConfigSpec{Operation: "add", Device: card})
	}
	for key, value := range wanted.Extra {
		spec.ExtraConfig = append(spec.ExtraConfig, &types.OptionValue{Key: key, Value: value})
	}
	task, err := folder.CreateVM(f.ctx, spec, pool, f.hosts[wanted.Host])
	if err != nil {
		return err
	}
	info, err := task.WaitForResult(f.ctx)
	if err != nil {
		return err
	}
	machine := object.NewVirtualMachine(f.client.Client, info.Result.(types.ManagedObjectReference))
	for _, name := range wanted.Snapshots {
		if err := wait(f.ctx)(machine.CreateSnapshot(f.ctx, name, "", false, false)); err != nil {
			return err
		}
	}
	if wanted.Template {
		return machine.MarkAsTemplate(f.ctx)
	}
	if wanted.On {
		return wait(f.ctx)(machine.PowerOn(f.ctx))
	}
	return nil
}

func wait(ctx context.Context) func(*object.Task, error) error {
	return func(task *object.Task, err error) error {
		if err != nil {
			return err
		}
		return task.Wait(ctx)
	}
}
