package greenapi_test

import (
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator"
	"greenwatch/simulator/instanceapi"
)

// simulated is a client of a simulated API with one instance. It needs a bubble of virtual time.
func simulated(t *testing.T, o instanceapi.Options, line instanceapi.Line) (*instanceapi.Server, *greenapi.Client) {
	t.Helper()
	server := instanceapi.New(o)
	if err := server.Add(instanceapi.Instance{ID: string(id), Token: token, Line: line}); err != nil {
		t.Fatal(err)
	}
	url := "https://" + host
	if line == instanceapi.MAX {
		url += "/v3"
	}
	return server, newClient(t, greenapi.Options{Credentials: at(url), HTTP: simulator.Transport(server)})
}

func TestSimulatedStates(t *testing.T) {
	t.Parallel()
	for _, line := range []instanceapi.Line{instanceapi.WhatsApp, instanceapi.Telegram, instanceapi.MAX} {
		for _, state := range []instanceapi.State{
			instanceapi.Authorized, instanceapi.NotAuthorized, instanceapi.Starting, instanceapi.Blocked, instanceapi.YellowCard,
			instanceapi.Suspended, instanceapi.PendingPassword, instanceapi.PendingCode, instanceapi.SleepMode, "brandNew",
		} {
			synctest.Test(t, func(t *testing.T) {
				server, c := simulated(t, instanceapi.Options{}, line)
				if err := server.Set(string(id), state); err != nil {
					t.Fatal(err)
				}
				if r := c.State(t.Context(), id); r.Answer != monitor.Answered || string(r.State) != string(state) {
					t.Errorf("%s, %s: read as %+v", line, state, r)
				}
				if r := c.State(t.Context(), id); r.Answer != monitor.Throttled {
					t.Errorf("%s, a second time in a second: read as %+v", line, r)
				}
			})
		}
	}
}

func TestSimulatedRefusals(t *testing.T) {
	t.Parallel()
	for _, body := range []instanceapi.ErrorBody{instanceapi.Text, instanceapi.JSON, instanceapi.Empty} {
		for account, want := range map[instanceapi.Account]monitor.Refusal{
			instanceapi.Expired: monitor.Expired, instanceapi.Deleted: monitor.Deleted,
		} {
			synctest.Test(t, func(t *testing.T) {
				server, c := simulated(t, instanceapi.Options{ErrorBody: body}, instanceapi.WhatsApp)
				if err := server.SetAccount(string(id), account); err != nil {
					t.Fatal(err)
				}
				if r := c.State(t.Context(), id); r.Answer != monitor.Refused || r.Refusal != want {
					t.Errorf("%v, worded as %d: read as %+v", account, body, r)
				}
				if o := c.Reboot(t.Context(), id); o.Kind != monitor.OutcomeRefused || o.Detail == "" {
					t.Errorf("%v, worded as %d: went as %+v", account, body, o)
				}
			})
		}
		synctest.Test(t, func(t *testing.T) {
			server, _ := simulated(t, instanceapi.Options{ErrorBody: body}, instanceapi.WhatsApp)
			c := newClient(t, greenapi.Options{HTTP: simulator.Transport(server), Credentials: []greenapi.Credential{
				{ID: id, Token: secret.New("another" + token), URL: "https://" + host},
				{ID: "7105000018", Token: secret.New(token), URL: "https://" + host},
			}})
			if r := c.State(t.Context(), id); r.Refusal != monitor.WrongToken {
				t.Errorf("wrong token: read as %+v", r)
			}
			if r := c.State(t.Context(), "7105000018"); r.Refusal != monitor.WrongAddress {
				t.Errorf("unknown id: read as %+v", r)
			}
		})
	}
}

func TestSimulatedFaults(t *testing.T) {
	t.Parallel()
	const yes, no, unknown = monitor.OutcomeAccepted, monitor.OutcomeRefused, monitor.OutcomeUnknown
	nothing := monitor.Finding{Answer: monitor.NoAnswer}
	// What is not here is no answer, and leaves a reboot unknown.
	special := map[instanceapi.Kind]struct {
		finding monitor.Finding
		outcome monitor.OutcomeKind
	}{
		instanceapi.Unauthorized: {refused(monitor.WrongToken), no},
		instanceapi.Forbidden:    {refused(monitor.WrongAddress), no},
		instanceapi.NotFound:     {refused(monitor.NotFound), no},
		instanceapi.Throttled:    {monitor.Finding{Answer: monitor.Throttled}, no},
		instanceapi.Null:         {monitor.Finding{Answer: monitor.Answered, State: monitor.Null}, unknown},
		instanceapi.StatusFalse:  {nothing, no},
		instanceapi.Custom:       {monitor.Finding{Answer: monitor.Answered, State: monitor.Authorized}, yes},
	}
	for _, kind := range instanceapi.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				want, known := special[kind]
				if !known {
					want.finding, want.outcome = nothing, unknown
				}
				server, c := simulated(t, instanceapi.Options{}, instanceapi.WhatsApp)
				fault := instanceapi.Fault{Kind: kind, Executed: true, Body: `{"stateInstance":"authorized","isReboot":true}`}
				if kind == instanceapi.Drip {
					fault.Delay = 2 * time.Second
				}
				if err := server.Break(instanceapi.InstanceScope(string(id)), fault); err != nil {
					t.Fatal(err)
				}
				asked := time.Now()
				r := c.State(t.Context(), id)
				if r.Finding != want.finding {
					t.Errorf("read as %+v", r)
				}
				if o := c.Reboot(t.Context(), id); o.Kind != want.outcome {
					t.Errorf("went as %+v", o)
				}
				shown(t, r.Detail, 200)
				if took := time.Since(asked); took > time.Minute {
					t.Errorf("both took %s", took)
				}
				counters, err := server.Counters(string(id))
				if err != nil || counters.Calls["reboot"] != 1 || counters.Calls["getStateInstance"] != 1 {
					t.Errorf("calls %v, %v", counters.Calls, err)
				}
			})
		})
	}
}

func TestSimulatedReboot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, c := simulated(t, instanceapi.Options{RebootTime: time.Minute}, instanceapi.WhatsApp)
		if err := server.FalseLogout(string(id)); err != nil {
			t.Fatal(err)
		}
		if o := c.Reboot(t.Context(), id); o != (monitor.Outcome{Kind: monitor.OutcomeAccepted}) {
			t.Errorf("went as %+v", o)
		}
		if r := c.State(t.Context(), id); r.State != monitor.Starting {
			t.Errorf("read as %+v", r)
		}
		time.Sleep(61 * time.Second)
		if r := c.State(t.Context(), id); r.State != monitor.Authorized {
			t.Errorf("after the reboot read as %+v", r)
		}
		counters, err := server.Counters(string(id))
		if err != nil || len(counters.Reboots) != 1 {
			t.Errorf("rebooted at %v, %v", counters.Reboots, err)
		}
	})
}
