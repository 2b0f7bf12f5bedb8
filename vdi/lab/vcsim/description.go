package main

import (
	"bytes"
	"io"
	"net"
)

// Description is the content of one vCenter, as the Python side writes it from the city's inventory.
type Description struct {
	Name       string         `json:"name"`
	User       string         `json:"user"`
	Password   string         `json:"password"`
	Folders    []string       `json:"folders"`
	Datastores []string       `json:"datastores"`
	Networks   []Network      `json:"networks"`
	Clusters   []Cluster      `json:"clusters"`
	Machines   []Machine      `json:"machines"`
	Delays     map[string]int `json:"delays"`
	// IdleSeconds ends a session that long after its last call; 0 = never.
	IdleSeconds int `json:"idle_seconds"`
	// Images: what a guest made from an image reports as its baseline, image → setting → value.
	Images map[string]map[string]string `json:"images"`
}

// Network is a distributed port group with its VLAN.
type Network struct {
	Name string `json:"name"`
	VLAN int32  `json:"vlan"`
}

// Cluster is a cluster with its hosts; sizes are a host's.
type Cluster struct {
	Name     string   `json:"name"`
	Hosts    []string `json:"hosts"`
	CPU      int16    `json:"cpu"`
	MemoryGB int64    `json:"memory_gb"`
}

// Machine is a virtual machine that exists from the beginning.
type Machine struct {
	Name      string            `json:"name"`
	Cluster   string            `json:"cluster"`
	Host      string            `json:"host"`
	Folder    string            `json:"folder"`
	Datastore string            `json:"datastore"`
	Networks  []string          `json:"networks"`
	CPU       int32             `json:"cpu"`
	MemoryGB  int64             `json:"memory_gb"`
	On        bool              `json:"on"`
	Template  bool              `json:"template"`
	Snapshots []string          `json:"snapshots"`
	Extra     map[string]string `json:"extra"`
	Note      string            `json:"note"`
}

func bytesReader(text []byte) io.Reader { return bytes.NewReader(text) }

func listenOn(address string) (net.Listener, error) { return net.Listen("tcp", address) }
