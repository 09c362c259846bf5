package fleet

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"greenwatch/monitor"
)

func newTestFleet(t *testing.T) *Fleet {
	t.Helper()
	f, _, err := Load(Sources{URL: defaultURL, Entries: "110100000010:token-0001=shop 7105000002:token-0002=Shop " +
		"7105000001:token-0003=Berlin 1101000003:token-0004=Лавка_7105 999:token-0005=110100000010"})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func ids(instances []monitor.Instance) []monitor.InstanceID {
	var out []monitor.InstanceID
	for _, i := range instances {
		out = append(out, i.ID)
	}
	return out
}

func TestInstances(t *testing.T) {
	t.Parallel()
	f := newTestFleet(t)
	want := []monitor.InstanceID{"999", "1101000003", "7105000001", "7105000002", "110100000010"}
	got := f.Instances()
	if diff := cmp.Diff(want, ids(got)); diff != "" {
		t.Fatal(diff)
	}
	got[0].Name = "changed by the caller"
	for _, id := range want {
		if i, ok := f.Instance(id); !ok || i.ID != id || i.Name == "changed by the caller" {
			t.Errorf("%s: got %v, %v", id, i, ok)
		}
	}
	if i, ok := f.Instance("110100000"); ok {
		t.Errorf("got %v for an id that nobody has", i)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	f := newTestFleet(t)
	tests := map[string][]monitor.InstanceID{
		"":             nil,
		"  ":           nil,
		"nobody":       nil,
		"110100000010": {"110100000010"},               // an id, though it is also a name
		"shop":         {"110100000010"},               // exactly so
		" SHOP ":       {"7105000002", "110100000010"}, // as a whole, but for case
		"лавка_":       {"1101000003"},
		"7105":         {"7105000001", "7105000002"}, // beginnings before parts
		"erl":          {"7105000001"},
		"000003":       {"1101000003"},
	}
	for text, want := range tests {
		if diff := cmp.Diff(want, ids(f.Find(text))); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}
