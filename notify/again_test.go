package notify_test

import (
	"fmt"
	"testing"
	"time"

	"greenwatch/monitor"
)

// swing commits that the first incident of subject n is there again, and rings; or, silently, that it is good.
func (o *office) swing(n, event int, out bool) {
	o.t.Helper()
	_, err := o.store.Update(o.t.Context(), subject(n), func(c monitor.Case) (monitor.Case, monitor.Effects) {
		c.Incident.Events = event
		if !out {
			c.Incident.Closed = time.Now()
			return c, monitor.Effects{}
		}
		c.Incident.Closed = time.Time{}
		return c, monitor.Effects{Alerts: []monitor.Alert{{
			Key: fmt.Sprintf("%d.%d", n, event), Kind: monitor.Reopened, Subject: subject(n), Incident: 1, At: time.Now(),
		}}}
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// Several that go to and fro share the patience of their chat: twice at once, and what waits after that is one message,
// without those that are good by then.
func TestWhatGoesToAndFroSharesItsChatsPatience(t *testing.T) {
	t.Parallel()
	inOffice(t, func(_ *testing.T, o *office) {
		for n := range 6 {
			o.happen(n, 1)
		}
		end := o.work(o.store)
		defer end()
		o.pass(10 * time.Minute)
		for n := range 2 {
			o.swing(n, 2, true)
			o.pass(time.Minute)
		}
		for n := 2; n < 5; n++ {
			o.swing(n, 2, true)
		}
		o.pass(10 * time.Minute)
		told := []string{"0: 0.1, 1.1, 2.1, 3.1, 4.1, 5.1", "601: 0.2", "661: 1.2"}
		o.want(ops, told...)
		o.swing(3, 3, false)
		o.pass(45 * time.Minute)
		o.want(ops, told...)
		o.pass(10 * time.Minute)
		o.want(ops, append(told, "4261: 2.2, 4.2")...)
		o.pass(time.Minute)
		o.wantNothingDue()
	})
}

// A chat that was rung four times lately is not rung for it until the first of these is two hours old.
func TestWhatGoesToAndFroWaitsAfterABurst(t *testing.T) {
	t.Parallel()
	inOffice(t, func(_ *testing.T, o *office) {
		end := o.work(o.store)
		defer end()
		for n := range 4 {
			o.happen(n, 1)
			o.pass(5 * time.Minute)
		}
		o.swing(0, 2, true)
		o.pass(99 * time.Minute)
		told := []string{"1: 0.1", "301: 1.1", "601: 2.1", "901: 3.1"} // what begins does not wait
		o.want(ops, told...)
		o.pass(2 * time.Minute)
		o.want(ops, append(told, "7201: 0.2")...)
		o.wantNothingDue()
	})
}
