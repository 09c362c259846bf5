package report_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"greenwatch/monitor"
	"greenwatch/report"
	"greenwatch/storage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	kazan  = monitor.Instance{ID: "7105000017"}
	samara = monitor.Instance{ID: "7105000018"}
	ops    = monitor.Address{Chat: -1001}
)

// office is a real store in which a sweep ends every ten minutes while greenwatch runs.
type office struct {
	*storage.Store
	t      *testing.T
	logged *bytes.Buffer

	mu   sync.Mutex
	fail bool
	asks int
}

// Day fails where it shall, and counts.
func (o *office) Day(ctx context.Context, since time.Time) (monitor.Day, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asks++
	if o.fail {
		return monitor.Day{}, errors.New("the store is off")
	}
	return o.Store.Day(ctx, since)
}

func (o *office) failing(fail bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fail = fail
}

func inOffice(t *testing.T, story func(t *testing.T, o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		store, err := storage.Open(t.Context(), storage.Options{URL: ":memory:"})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if err := store.Subscribe(t.Context(), []monitor.Address{ops}); err != nil {
			t.Fatal(err)
		}
		story(t, &office{Store: store, t: t, logged: &bytes.Buffer{}})
	})
}

func listed(all ...monitor.Instance) func() []monitor.Instance {
	return func() []monitor.Instance { return all }
}

// run lets a reporter and the sweeps run until a time.
func (o *office) run(at report.Clock, until time.Time) {
	o.t.Helper()
	r, err := report.New(report.Options{
		At: at, Instances: listed(kazan, samara), Store: o, Log: slog.New(slog.NewTextHandler(o.logged, nil)),
	})
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, stop := context.WithDeadline(o.t.Context(), until)
	defer stop()
	var running sync.WaitGroup
	running.Go(func() {
		if err := r.Run(ctx); err != nil {
			o.t.Error(err)
		}
	})
	for wait := 25 * time.Second; ctx.Err() == nil; wait = 10 * time.Minute {
		select {
		case <-ctx.Done():
			continue
		case <-time.After(wait):
		}
		now := time.Now()
		if err := o.EndSweep(context.Background(), monitor.Sweep{Started: now.Add(-5 * time.Second), Ended: now, Asked: 2, Answered: 2}); err != nil {
			o.t.Fatal(err)
		}
	}
	running.Wait()
}

// reports are the daily alerts so far, as date, time in the zone and checks of each.
func (o *office) reports(zone *time.Location) []string {
	o.t.Helper()
	notes, err := o.Due(o.t.Context(), ops, time.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	var all []string
	for _, n := range notes {
		a := n.Alert
		if a.Kind != monitor.Reported || !a.Silent {
			o.t.Errorf("an alert %+v", a)
		}
		date := a.Key[strings.LastIndex(a.Key, "/")+1:]
		all = append(all, fmt.Sprintf("%s %s %d", date, a.At.In(zone).Format("02T15:04"), a.Day.Each(a.Roll.Total)))
	}
	return all
}

func (o *office) expect(zone *time.Location, want ...string) {
	o.t.Helper()
	if got := o.reports(zone); !slices.Equal(got, want) {
		o.t.Errorf("got %q, want %q", got, want)
	}
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Both changes of the clocks, at an hour that there is twice and at one that there is not.
func TestOnceADayWhenClocksChange(t *testing.T) {
	t.Parallel()
	for clock, want := range map[string][]string{
		"09:00": {"2000-03-25 25T09:00 126", "2000-03-26 26T09:00 144", "2000-03-27 27T09:00 144"},
		"02:30": {"2000-03-25 25T02:30 87", "2000-03-26 26T03:30 144", "2000-03-27 27T02:30 144"},
	} {
		t.Run(clock, func(t *testing.T) {
			t.Parallel()
			zone := berlin(t)
			at, err := report.ParseClock(clock, zone)
			if err != nil {
				t.Fatal(err)
			}
			inOffice(t, func(_ *testing.T, o *office) {
				time.Sleep(time.Until(time.Date(2000, 3, 24, 12, 0, 0, 0, zone)))
				o.run(at, time.Date(2000, 3, 27, 23, 0, 0, 0, zone))
				o.expect(zone, want...)
			})
		})
	}
	t.Run("autumn", func(t *testing.T) {
		t.Parallel()
		zone := berlin(t)
		inOffice(t, func(_ *testing.T, o *office) {
			time.Sleep(time.Until(time.Date(2000, 10, 28, 12, 0, 0, 0, zone)))
			o.run(report.Clock{Hour: 2, Minute: 30, Zone: zone}, time.Date(2000, 10, 30, 12, 0, 0, 0, zone))
			o.expect(zone, "2000-10-29 29T02:30 93", "2000-10-30 30T02:30 144")
		})
	})
}

func TestLateAfterAnAbsence(t *testing.T) {
	t.Parallel()
	inOffice(t, func(_ *testing.T, o *office) { // it is 2000-01-01 00:00 UTC
		day := func(d, hour int) time.Time { return time.Date(2000, 1, d, hour, 0, 0, 0, time.UTC) }
		at := report.Clock{Hour: 9, Zone: time.UTC}
		time.Sleep(time.Until(day(1, 10)))
		o.run(at, day(1, 20)) // it was not there at nine
		o.expect(time.UTC)
		time.Sleep(time.Until(day(2, 14)))
		for hour := range 4 { // late, and once over restarts
			o.run(at, day(2, 15+hour))
		}
		o.expect(time.UTC, "2000-01-02 02T14:00 36")
		time.Sleep(time.Until(day(4, 8))) // a day that nobody saw has none
		o.run(at, day(4, 12))
		o.expect(time.UTC, "2000-01-02 02T14:00 36", "2000-01-04 04T09:00 6")
	})
}

func TestWaitsForASweep(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.run(report.Clock{Hour: 12, Zone: time.UTC}, time.Date(2000, 1, 1, 11, 0, 0, 0, time.UTC))
		time.Sleep(2 * time.Hour)
		r, err := report.New(report.Options{
			At: report.Clock{Hour: 12, Zone: time.UTC}, Instances: listed(kazan), Store: o, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Hour)
		defer stop()
		if err := r.Run(ctx); err != nil {
			t.Error(err)
		}
		o.expect(time.UTC)
	})
}

func TestStoreAway(t *testing.T) {
	t.Parallel()
	inOffice(t, func(t *testing.T, o *office) {
		o.failing(true)
		time.AfterFunc(10*time.Hour, func() { o.failing(false) })
		o.run(report.Clock{Hour: 9, Zone: time.UTC}, time.Date(2000, 1, 1, 20, 0, 0, 0, time.UTC))
		o.expect(time.UTC, "2000-01-01 01T10:00 60")
		if n := strings.Count(o.logged.String(), "daily report not made"); n != 1 {
			t.Errorf("logged %d times:\n%s", n, o.logged)
		}
		if o.asks > 400 {
			t.Errorf("asked %d times", o.asks)
		}
	})
}

func TestParseClock(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"09:00": "9:0", "23:59": "23:59", "9:05": "9:5", "24:00": "", "9": "", "": "", "9am": "", "09:00:00": ""} {
		c, err := report.ParseClock(s, time.UTC)
		if got := fmt.Sprintf("%d:%d", c.Hour, c.Minute); err == nil && got != want || err != nil && want != "" {
			t.Errorf("%q: got %s, %v", s, got, err)
		}
	}
}
