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

// Credentials change under calls that go on; a wrong one changes nothing.
func TestReplace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, replace)
}

func replace(t *testing.T) {
	green := instanceapi.New(instanceapi.Options{})
	if err := green.Add(instanceapi.Instance{ID: "7105000001", Token: "token-0001"}); err != nil {
		t.Fatal(err)
	}
	with := func(id monitor.InstanceID, token string) []greenapi.Credential {
		return []greenapi.Credential{{ID: id, Token: secret.New(token), URL: "https://api.green-api.example"}}
	}
	client, err := greenapi.New(greenapi.Options{Credentials: with("7105000001", "token-0002"), HTTP: simulator.Transport(green)})
	if err != nil {
		t.Fatal(err)
	}
	expect := func(want monitor.Finding) {
		t.Helper()
		time.Sleep(2 * time.Second) // it takes one question a second
		if got := client.State(t.Context(), "7105000001").Finding; got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	expect(monitor.Finding{Answer: monitor.Refused, Refusal: monitor.WrongToken})
	asking := make(chan struct{})
	go func() {
		defer close(asking)
		for range 100 {
			client.State(t.Context(), "7105000001")
		}
	}()
	for range 100 {
		if err := client.Replace(with("7105000001", "token-0001")); err != nil {
			t.Fatal(err)
		}
	}
	<-asking
	expect(monitor.Finding{Answer: monitor.Answered, State: monitor.Authorized})
	if client.Replace(with("7105000002", "short")) == nil || client.Replace(with("x", "token-0001")) == nil {
		t.Error("a wrong credential was taken")
	}
	expect(monitor.Finding{Answer: monitor.Answered, State: monitor.Authorized})
	if err := client.Replace(with("7105000002", "token-0001")); err != nil {
		t.Fatal(err)
	}
	expect(monitor.Finding{Answer: monitor.NoAnswer})
}
