package main

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type state struct {
	sync.Mutex
	down    bool
	expired time.Time
	seen    map[string]time.Time
	calls   map[string]int
	total   int
	stopAt  int
	quirks  map[string]Quirk
	images  map[string]map[string]string
}

// Rule is a fault as the control interface takes it. Fault: system, no-permission, invalid-state, not-found,
// not-authenticated, insufficient.
type Rule struct {
	Method      string  `json:"method"`
	Type        string  `json:"type"`
	Name        string  `json:"name"`
	Probability float64 `json:"probability"`
	Count       int     `json:"count"`
	DelayMS     int     `json:"delay_ms"`
	Fault       string  `json:"fault"`
	Message     string  `json:"message"`
}

// Only faults that pyvmomi can decode: several of the simulator's own carry a cause without a type.
func (r Rule) fault() types.BaseMethodFault {
	switch r.Fault {
	case "no-permission":
		return &types.NoPermission{PrivilegeId: "VirtualMachine.Interact.PowerOn"}
	case "invalid-state":
		return &types.InvalidState{}
	case "not-found":
		return &types.ManagedObjectNotFound{Obj: types.ManagedObjectReference{Type: "VirtualMachine", Value: "vm-0"}}
	case "not-authenticated":
		return &types.NotAuthenticated{NoPermission: types.NoPermission{PrivilegeId: "System.View"}}
	case "insufficient":
		return &types.InsufficientResourcesFault{}
	default:
		return &types.SystemError{Reason: r.Message}
	}
}

// Gate is the API as clients see it: it can be down, and it forgets sessions.
func (c *Center) Gate() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.state.Lock()
		c.state.total++
		if c.state.stopAt > 0 && c.state.total >= c.state.stopAt {
			c.state.down = true
		}
		down := c.state.down
		if cookie, err := r.Cookie("vmware_soap_session"); err == nil && !down {
			first, known := c.state.seen[cookie.Value]
			if !known {
				first = time.Now()
				c.state.seen[cookie.Value] = first
			}
			if first.Before(c.state.expired) {
				r.Header.Del("Cookie")
			}
		}
		c.state.Unlock()
		if down {
			// As a server that is starting again: the connection ends without an answer.
			if hijacker, ok := w.(http.Hijacker); ok {
				if connection, _, err := hijacker.Hijack(); err == nil {
					_ = connection.Close()
					return
				}
			}
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		c.service.ServeMux.ServeHTTP(w, r)
	})
}

// strict refuses what a real vCenter refuses and the simulator does not.
func (c *Center) strict(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	c.state.Lock()
	c.state.calls[method.Name]++
	c.state.Unlock()
	if ctx.Session == nil {
		switch method.Name {
		case "Login", "RetrieveServiceContent":
		default:
			return nil, &types.NotAuthenticated{NoPermission: types.NoPermission{Object: &method.This, PrivilegeId: "System.View"}}
		}
	}
	if body, ok := method.Body.(*types.CloneVM_Task); ok {
		linked := body.Spec.Location.DiskMoveType == string(types.VirtualMachineRelocateDiskMoveOptionsCreateNewChildDiskBacking)
		if linked && body.Spec.Snapshot == nil {
			return nil, &types.InvalidArgument{InvalidProperty: "spec.snapshot"}
		}
		if linked && !hasSnapshot(ctx, method.This, *body.Spec.Snapshot) {
			return nil, &types.ManagedObjectNotFound{Obj: *body.Spec.Snapshot}
		}
	}
	if body, ok := method.Body.(*types.ReconfigVM_Task); ok {
		c.play(ctx, method.This, &body.Spec)
	}
	if body, ok := method.Body.(*types.Destroy_Task); ok {
		if machine, ok := ctx.Map.Get(body.This).(*simulator.VirtualMachine); ok {
			if machine.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
				return nil, &types.InvalidPowerState{
					RequestedState: types.VirtualMachinePowerStatePoweredOff, ExistingState: machine.Runtime.PowerState,
				}
			}
		}
	}
	return nil, nil
}

func hasSnapshot(ctx *simulator.Context, vm, snapshot types.ManagedObjectReference) bool {
	machine, ok := ctx.Map.Get(vm).(*simulator.VirtualMachine)
	if !ok || machine.Snapshot == nil {
		return false
	}
	var search func([]types.VirtualMachineSnapshotTree) bool
	search = func(trees []types.VirtualMachineSnapshotTree) bool {
		for _, tree := range trees {
			if tree.Snapshot == snapshot || search(tree.ChildSnapshotList) {
				return true
			}
		}
		return false
	}
	return search(machine.Snapshot.RootSnapshotList)
}

// Control answers: POST /faults (a list of rules; replaces all), POST /down {"down": bool, "after_calls": n},
// POST /expire (all sessions end), POST /delays {"CloneVM_Task": ms}, POST /guests, POST /images (guest.go), GET /calls.
func (c *Center) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /faults", func(w http.ResponseWriter, r *http.Request) {
		var rules []Rule
		if !decode(w, r, &rules) {
			return
		}
		c.service.ClearFaultRules()
		for _, rule := range rules {
			c.service.AddFaultRule(&simulator.FaultInjectionRule{
				MethodName: either(rule.Method), ObjectType: either(rule.Type), ObjectName: either(rule.Name),
				Probability: probability(rule.Probability), FaultType: simulator.FaultTypeCustom, Fault: rule.fault(),
				Message: rule.Message, Delay: rule.DelayMS, MaxCount: rule.Count, Enabled: true,
			})
		}
	})
	mux.HandleFunc("POST /down", func(w http.ResponseWriter, r *http.Request) {
		var wanted struct {
			Down       bool `json:"down"`
			AfterCalls int  `json:"after_calls"`
		}
		if !decode(w, r, &wanted) {
			return
		}
		c.state.Lock()
		defer c.state.Unlock()
		c.state.down, c.state.stopAt = wanted.Down, 0
		if wanted.AfterCalls > 0 {
			c.state.stopAt = c.state.total + wanted.AfterCalls
		}
		if !wanted.Down {
			// A vCenter that comes back knows no session of before.
			c.state.expired = time.Now()
		}
	})
	mux.HandleFunc("POST /expire", func(w http.ResponseWriter, _ *http.Request) {
		c.state.Lock()
		defer c.state.Unlock()
		c.state.expired = time.Now()
	})
	mux.HandleFunc("POST /delays", func(w http.ResponseWriter, r *http.Request) {
		wanted := map[string]int{}
		if !decode(w, r, &wanted) {
			return
		}
		wanted["LockHandoff"] = 0
		c.service.Context.Map.Handler = c.strict
		c.setDelays(wanted)
	})
	mux.HandleFunc("GET /calls", func(w http.ResponseWriter, _ *http.Request) {
		c.state.Lock()
		defer c.state.Unlock()
		_ = json.NewEncoder(w).Encode(map[string]any{"total": c.state.total, "calls": c.state.calls})
	})
	c.guestControl(mux)
	return mux
}

func (c *Center) setDelays(wanted map[string]int) {
	for name := range c.model.DelayConfig.MethodDelay {
		delete(c.model.DelayConfig.MethodDelay, name)
	}
	for name, milliseconds := range wanted {
		c.model.DelayConfig.MethodDelay[name] = milliseconds
	}
}

func decode(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

func either(word string) string {
	if word == "" {
		return "*"
	}
	return word
}

func probability(p float64) float64 {
	if p == 0 {
		return 1
	}
	return p
}
