package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// The guests of the laboratory: what an operating system with tools and the city's agent would say of itself. A wish
// (guestinfo.bunri.wish) makes the guest take name, address and image; a command (guestinfo.bunri.command) drains it,
// or logs people off. Quirks make guests of a given host name sick.
const (
	wishKey    = "guestinfo.bunri.wish"
	commandKey = "guestinfo.bunri.command"
	reportKey  = "guestinfo.bunri.report"
)

// Wish is what the controller asks of a new guest.
type Wish struct {
	Hostname string `json:"hostname"`
	Address  string `json:"address"`
	Image    string `json:"image"`
}

// Report is what the agent writes; docs/vdi.md describes it.
type Report struct {
	At       string            `json:"at"`
	Image    string            `json:"image"`
	Broker   string            `json:"broker"`
	Draining bool              `json:"draining"`
	Sessions []Session         `json:"sessions"`
	Baseline map[string]string `json:"baseline"`
}

// Session is one person's session.
type Session struct {
	ID    string `json:"id"`
	User  string `json:"user"`
	Since string `json:"since"`
	State string `json:"state"`
}

// Command is what the controller asks of a running guest.
type Command struct {
	Drain  bool     `json:"drain"`
	Notify string   `json:"notify"`
	Logoff []string `json:"logoff"`
	Force  bool     `json:"force"`
}

// Quirk changes what the guest of one host name does; empty = well.
type Quirk struct {
	Tools     string            `json:"tools"`
	Heartbeat string            `json:"heartbeat"`
	Hostname  string            `json:"hostname"`
	Address   string            `json:"address"`
	Broker    string            `json:"broker"`
	Baseline  map[string]string `json:"baseline"`
	// Stays: people do not leave, whatever they are told, unless by force.
	Stays bool `json:"stays"`
}

func setting(options []types.BaseOptionValue, key string) (string, bool) {
	for _, item := range options {
		if item == nil {
			continue
		}
		if option := item.GetOptionValue(); option != nil && option.Key == key {
			text, ok := option.Value.(string)
			return text, ok
		}
	}
	return "", false
}

// play lets the guest answer to what a reconfiguration tells it, as part of the same reconfiguration.
func (c *Center) play(ctx *simulator.Context, this types.ManagedObjectReference, spec *types.VirtualMachineConfigSpec) {
	machine, ok := ctx.Map.Get(this).(*simulator.VirtualMachine)
	if !ok {
		return
	}
	if text, told := setting(spec.ExtraConfig, wishKey); told && text != "" {
		var wish Wish
		if json.Unmarshal([]byte(text), &wish) == nil {
			spec.ExtraConfig = append(spec.ExtraConfig, c.born(wish)...)
		}
	}
	if text, told := setting(spec.ExtraConfig, commandKey); told && text != "" {
		var command Command
		before, known := setting(machine.Config.ExtraConfig, reportKey)
		var report Report
		if known && json.Unmarshal([]byte(text), &command) == nil && json.Unmarshal([]byte(before), &report) == nil {
			c.obey(machine.Name, command, &report)
			spec.ExtraConfig = append(spec.ExtraConfig, option(reportKey, report))
		}
	}
}

func (c *Center) born(wish Wish) []types.BaseOptionValue {
	c.state.Lock()
	quirk := c.state.quirks[wish.Hostname]
	baseline := map[string]string{}
	for name, value := range c.state.images[wish.Image] {
		baseline[name] = value
	}
	c.state.Unlock()
	for name, value := range quirk.Baseline {
		baseline[name] = value
	}
	report := Report{
		At: time.Now().UTC().Format(time.RFC3339), Image: wish.Image, Broker: or(quirk.Broker, "registered"),
		Sessions: []Session{}, Baseline: baseline,
	}
	return []types.BaseOptionValue{
		&types.OptionValue{Key: "SET.guest.hostName", Value: or(quirk.Hostname, wish.Hostname)},
		&types.OptionValue{Key: "SET.guest.ipAddress", Value: or(quirk.Address, wish.Address)},
		&types.OptionValue{Key: "SET.guest.toolsRunningStatus", Value: or(quirk.Tools, "guestToolsRunning")},
		&types.OptionValue{Key: "SET.guestHeartbeatStatus", Value: types.ManagedEntityStatus(or(quirk.Heartbeat, "green"))},
		option(reportKey, report),
	}
}

func (c *Center) obey(name string, command Command, report *Report) {
	c.state.Lock()
	quirk := c.state.quirks[name]
	c.state.Unlock()
	report.Draining = command.Drain
	report.At = time.Now().UTC().Format(time.RFC3339)
	if quirk.Stays && !command.Force {
		return
	}
	left := []Session{}
	for _, session := range report.Sessions {
		gone := false
		for _, id := range command.Logoff {
			gone = gone || id == session.ID
		}
		if !gone {
			left = append(left, session)
		}
	}
	report.Sessions = left
}

func option(key string, value any) *types.OptionValue {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return &types.OptionValue{Key: key, Value: string(text)}
}

func or(first, second string) string {
	if strings.TrimSpace(first) != "" {
		return first
	}
	return second
}

func (c *Center) guestControl(mux *http.ServeMux) {
	mux.HandleFunc("POST /guests", func(w http.ResponseWriter, r *http.Request) {
		quirks := map[string]Quirk{}
		if decode(w, r, &quirks) {
			c.state.Lock()
			c.state.quirks = quirks
			c.state.Unlock()
		}
	})
	mux.HandleFunc("POST /images", func(w http.ResponseWriter, r *http.Request) {
		images := map[string]map[string]string{}
		if decode(w, r, &images) {
			c.state.Lock()
			c.state.images = images
			c.state.Unlock()
		}
	})
}
