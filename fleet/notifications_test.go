package fleet

import (
	"strings"
	"testing"

	"greenwatch/monitor"
)

func TestNotificationsOfAnInstance(t *testing.T) {
	t.Parallel()
	load := func(how string) (*Fleet, error) {
		f, _, err := Load(Sources{URL: defaultURL, CSV: "id,token,notifications\n1101000001," + token + "," + how + "\n"})
		return f, err
	}
	for how, want := range map[string]bool{"": false, "http-api-exclusive": true, "HTTP-API-Exclusive": true} {
		f, err := load(how)
		if err != nil {
			t.Fatal(err)
		}
		if i, _ := f.Instance("1101000001"); i.Exclusive != want {
			t.Errorf("%q makes %+v", how, i)
		}
	}
	for _, how := range []string{"http-api", "webhook", "yes", token} {
		_, err := load(how)
		if err == nil || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "want http-api-exclusive") || strings.Contains(err.Error(), token) {
			t.Errorf("%q gives %v", how, err)
		}
	}
}

// Another way of notifications has the instance watched anew, like another token.
func TestNotificationsThatChange(t *testing.T) {
	t.Parallel()
	of := func(exclusive bool) *list {
		return &list{
			instances:   []monitor.Instance{{ID: "1101000001", Exclusive: exclusive}},
			credentials: []Credential{{ID: "1101000001"}},
		}
	}
	if d := compare(of(false), of(true)); len(d.renewed) != 1 || len(d.changed) != 1 || !d.renewed[0].Exclusive {
		t.Errorf("differ by %+v", d)
	}
	if d := compare(of(true), of(true)); !d.none() {
		t.Errorf("differ by %+v", d)
	}
}
