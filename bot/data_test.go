package bot

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/words"
)

func TestDeedsComeBack(t *testing.T) {
	t.Parallel()
	longest := deed{version: "0123456789abcdef", instance: "999999999999999999", asked: 1<<52 - 1, until: time.Unix(9999999999, 0)}
	for _, do := range []words.Do{words.Check, words.Reboot, words.Confirm, words.Cancel, words.Adopt, words.Drop, words.Keep} {
		d := longest
		d.do = do
		data := d.String()
		if len(data) > 64 {
			t.Errorf("%q has %d bytes", data, len(data))
		}
		back, ok := parseDeed(data)
		if !ok || back.String() != data || back.do != do {
			t.Errorf("%q came back as %+v, %t", data, back, ok)
		}
	}
}

func TestForgedDeeds(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		"", ":", "check", "check:", "check:x", "check:0", "check:7105000001:", "check:7105000001:1:2", "check: 7105000001", "CHECK:7105000001",
		"check:07105000001", "check:+7105000001", "check:9999999999999999999", "check:٧", "reboot:", "adopt:7105000001", "adopt:", "drop", "drop:", "keep:1:2", "Keep:1",
		"confirm:7105000001", "confirm:7105000001:5001", "confirm:7105000001:5001:", "confirm:7105000001::1", "confirm:7105000001:+5001:1",
		"confirm:7105000001:05001:1", "confirm:7105000001:5001:1e9", "confirm:7105000001:5001:99999999999999999999", "confirm:7105000001:5001:1:1",
		"confirm::5001:1", "cancel:7105000001:0x5:1", "check:7105000001\n", "\x00", strings.Repeat("check:", 10), "logout:7105000001",
	} {
		if d, ok := parseDeed(data); ok {
			t.Errorf("%q was read as %+v", data, d)
		}
	}
}

func FuzzParseDeed(f *testing.F) {
	f.Add("check:7105000001")
	f.Add("confirm:7105000001:5001:1763780000")
	f.Add("cancel:7105000001:-5001:-1")
	f.Add("adopt")
	f.Fuzz(func(t *testing.T, data string) {
		d, ok := parseDeed(data)
		if !ok {
			return
		}
		if d.String() != data {
			t.Errorf("%q was read as %q", data, d)
		}
		if d.general() {
			return
		}
		if _, err := monitor.ParseInstanceID(string(d.instance)); err != nil {
			t.Errorf("%q was read with the instance %q", data, d.instance)
		}
		if parts := strings.Split(data, ":"); len(parts) == 4 && parts[2] != strconv.FormatInt(d.asked, 10) {
			t.Errorf("%q was read as asked of %d", data, d.asked)
		}
	})
}
