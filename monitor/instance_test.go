package monitor_test

import (
	"testing"

	"greenwatch/monitor"
)

func TestParseInstanceID(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"1", "1101", "7105000017", "710500001712", "999999999999999999"} {
		if id, err := monitor.ParseInstanceID(s); err != nil || string(id) != s {
			t.Errorf("%q: %q, %v", s, id, err)
		}
	}
	for _, s := range []string{"", "0", "01", "-1", "+1", " 1", "1 ", "1 2", "1a2", "1\n", "١٢٣", "1.0", "1000000000000000000"} {
		if id, err := monitor.ParseInstanceID(s); err == nil || id != "" {
			t.Errorf("%q is taken as %q", s, id)
		}
	}
}

func TestSubjects(t *testing.T) {
	t.Parallel()
	if id, ok := instance.Subject().Instance(); !ok || id != instance {
		t.Errorf("%s: %q, %t", instance.Subject(), id, ok)
	}
	for _, s := range []monitor.Subject{monitor.Self, "pool/7105", ""} {
		if id, ok := s.Instance(); ok {
			t.Errorf("%q is taken for instance %q", s, id)
		}
	}
	for id, pool := range map[monitor.InstanceID]string{"7105000017": "7105", "110": "110", "": ""} {
		if got := id.Pool(); got != pool {
			t.Errorf("%q: pool %q, want %q", id, got, pool)
		}
	}
	if got := (monitor.Instance{ID: instance}).Title(); got != string(instance) {
		t.Errorf("title without a name: %q", got)
	}
	if got := (monitor.Instance{ID: instance, Name: "Shop"}).Title(); got != "Shop" {
		t.Errorf("title: %q", got)
	}
}

func TestAlertKinds(t *testing.T) {
	t.Parallel()
	for kind, follows := range map[monitor.AlertKind]bool{
		monitor.Opened: false, monitor.Changed: true, monitor.Reopened: true, monitor.StillOut: true, monitor.Resolved: true,
		monitor.Proved: true, monitor.Dropped: true, monitor.ActedOn: false, monitor.Arrived: false, monitor.Returned: false,
		monitor.PoolDown: false, monitor.PoolUp: true, monitor.LossNear: true,
		monitor.NotSending: false, monitor.SendsAgain: false,
	} {
		if got := kind.Follows(); got != follows {
			t.Errorf("%s follows: %t", kind, got)
		}
		if got := kind.Begins(); got != (kind == monitor.Opened || kind == monitor.PoolDown) {
			t.Errorf("%s begins: %t", kind, got)
		}
		ends := kind == monitor.Resolved || kind == monitor.Proved || kind == monitor.Dropped || kind == monitor.PoolUp
		if got := kind.Ends(); got != ends {
			t.Errorf("%s ends: %t", kind, got)
		}
	}
}
