package words

import (
	"strconv"
	"strings"
	"time"

	"greenwatch/monitor"
)

const day = 24 * time.Hour

// vague is how far the last reading before a change must lie back for the change to have no single minute.
const vague = 3 * time.Minute

func (v Voice) zone() *time.Location {
	if v.Zone == nil {
		return time.UTC
	}
	return v.Zone
}

// clock is a time as the chat reads it: "03:11", "Mon 03:11", "12 Nov 03:11".
func (v Voice) clock(t time.Time) string {
	if v.Zone == nil {
		return v.bare(t) + " UTC"
	}
	return v.bare(t)
}

// bare is the clock without the zone, for the first of two times.
func (v Voice) bare(t time.Time) string {
	t, now := t.In(v.zone()), v.Now.In(v.zone())
	hm := t.Format("15:04")
	apart := midnight(t).Sub(midnight(now)).Abs()
	switch {
	case apart == 0:
		return hm
	case apart <= 6*day:
		return v.toast("weekday."+strconv.Itoa(int(t.Weekday())), nil) + " " + hm
	}
	date := v.toast("date."+strconv.Itoa(int(t.Month())), vars{"Day": strconv.Itoa(t.Day())})
	if t.Year() != now.Year() {
		date += " " + strconv.Itoa(t.Year())
	}
	return date + " " + hm
}

// midnight is the civil date of t on a line where every day has 24 hours.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// span is "03:11 to 03:26".
func (v Voice) span(from, to time.Time) string {
	first, second := v.pair(from, to)
	return v.toast("time.span", vars{"From": first, "To": second})
}

// pair is two times as they stand together: the day is said once where it is the same.
func (v Voice) pair(from, to time.Time) (first, second string) {
	first, second = v.bare(from), v.clock(to)
	if day := strings.TrimSuffix(first, from.In(v.zone()).Format("15:04")); midnight(from.In(v.zone())).Equal(midnight(to.In(v.zone()))) {
		second = strings.TrimPrefix(second, day)
	}
	return first, second
}

// since says when a belief began: a minute, or the time in which nobody looked.
func (v Voice) since(b monitor.Belief) string {
	if !b.After.IsZero() && b.Since.Sub(b.After) > vague {
		first, second := v.pair(b.After, b.Since)
		return v.toast("time.between", vars{"From": first, "To": second})
	}
	return v.toast("time.since", vars{"At": v.clock(b.Since)})
}

// lasting is a duration in words, two units at most.
func (v Voice) lasting(d time.Duration) string {
	if d < time.Minute {
		return v.unit("seconds", max(0, d).Round(time.Second)/time.Second)
	}
	d = d.Round(time.Minute)
	days, hours, minutes := d/day, d%day/time.Hour, d%time.Hour/time.Minute
	switch {
	case days >= 7 || days > 0 && hours == 0:
		return v.unit("days", days)
	case days > 0:
		return v.toast("time.days_hours", vars{"Days": v.unit("days", days), "Hours": int(hours)})
	case hours > 0 && minutes == 0:
		return v.unit("hours", hours)
	case hours > 0:
		return v.toast("time.hours_minutes", vars{"Hours": int(hours), "Minutes": int(minutes)})
	default:
		return v.unit("minutes", minutes)
	}
}

func (v Voice) unit(name string, n time.Duration) string {
	return v.toast("time."+name, vars{"Count": int(n)})
}

// digits is an id as it is: no separators.
func digits(id int64) string { return strconv.FormatInt(id, 10) }
