package page

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"greenwatch/simulator/instanceapi"
)

const (
	stormLasts = 45 * time.Second       // then the first number is back
	stormEbbs  = 300 * time.Millisecond // from one number's return to the next one's

	restartLasts = 20 * time.Second       // of each number, where the vendor restarts many in turn
	restartStep  = 500 * time.Millisecond // from one to the next one

	longQueue = 100 // messages that take too long to leave one by one
)

type moving struct {
	Do    string `json:"do"`    // "drop", "storm", "restart" or "restore"
	Scope string `json:"scope"` // of restart: as in breaking
}

// setFleet moves several instances at a press.
func (p *page) setFleet(_ context.Context, in moving) (nothing, error) {
	switch in.Do {
	case "drop":
		return nothing{}, p.drop()
	case "storm":
		return nothing{}, p.storm(p.stormSize(), stormLasts)
	case "restart":
		return nothing{}, p.restart(instanceapi.Scope(in.Scope))
	case "restore":
		return nothing{}, p.restore()
	}
	return nothing{}, refuse(http.StatusBadRequest, "the instances cannot be made to %q", in.Do)
}

// drop logs the first well instance out, in such a way that a reboot cures it.
func (p *page) drop() error {
	for _, s := range p.Instances.Snapshots() {
		if s.State == instanceapi.Authorized && s.Account == instanceapi.Active {
			return p.Instances.FalseLogout(s.ID)
		}
	}
	return refuse(http.StatusConflict, "no number is left that works")
}

// stormSize is how many instances a storm can take: those without a row of their own, or all.
func (p *page) stormSize() int {
	return len(p.Instances.Snapshots()) - p.shown()
}

func (p *page) shown() int {
	all := len(p.Instances.Snapshots())
	if p.Shown == 0 || p.Shown >= all {
		return 0
	}
	return p.Shown
}

// storm logs n instances out. They come back one after another, by themselves.
func (p *page) storm(n int, lasts time.Duration) error {
	hit := p.Instances.Snapshots()[p.shown():]
	for i, s := range hit[:min(n, len(hit))] {
		back := lasts + time.Duration(i)*stormEbbs
		err := errors.Join(
			p.Instances.SetAccount(s.ID, instanceapi.Active),
			p.Instances.Plan(s.ID, instanceapi.Step{State: instanceapi.NotAuthorized}, instanceapi.Step{After: back, State: instanceapi.Authorized}),
		)
		if err != nil {
			return err
		}
	}
	return nil
}

// restart has the vendor restart, in turn, what works of a part of GREEN-API.
func (p *page) restart(where instanceapi.Scope) error {
	if !slices.Contains(p.scopes(), where) {
		return refuse(http.StatusBadRequest, "GREEN-API has no part %q here", where)
	}
	n := 0
	for _, s := range p.Instances.Snapshots() {
		within := where == instanceapi.WholeAPI || where == instanceapi.PoolScope(s.Pool) || where == instanceapi.InstanceScope(s.ID)
		if !within || s.State != instanceapi.Authorized || s.Account != instanceapi.Active {
			continue
		}
		begin := time.Duration(n) * restartStep
		err := p.Instances.Plan(
			s.ID, instanceapi.Step{After: begin, State: instanceapi.Starting},
			instanceapi.Step{After: begin + restartLasts, State: instanceapi.Authorized},
		)
		if err != nil {
			return err
		}
		n++
	}
	return nil
}

// restore ends all that was broken.
func (p *page) restore() error {
	p.telegram.turn(nil)
	for _, f := range p.Instances.Faults() {
		p.Instances.Mend(f.Scope)
	}
	for _, s := range p.Instances.Snapshots() {
		if err := p.heal(s); err != nil {
			return err
		}
	}
	return nil
}

// heal makes an instance well, for good.
func (p *page) heal(s instanceapi.Snapshot) error {
	if s.Queue > longQueue {
		if err := p.Instances.EmptyQueue(s.ID); err != nil {
			return err
		}
	}
	if s.Held {
		if err := p.Instances.HoldQueue(s.ID, false); err != nil {
			return err
		}
	}
	well := s.State == instanceapi.Authorized && s.Account == instanceapi.Active
	if well && s.ChangesAt.IsZero() && s.Allowance == 0 {
		return nil
	}
	_, err := choose(p.Instances, s.ID, string(instanceapi.Authorized))
	return err
}
