package monitor

import "time"

// Day is what was done in 24 hours.
type Day struct {
	Sweeps  int           // rounds over all instances that ended
	Asked   int           // calls that they made
	Alerts  int           // told to a chat
	Slowest time.Duration // from an alert to the last chat that was told; zero where there was none
	First   time.Time     // when the first sweep on record started, also before these hours; zero: there was none
	Last    time.Time     // when the last one ended
}

// Each is how often each of so many instances was asked.
func (d Day) Each(instances int) int {
	if instances == 0 {
		return 0
	}
	return min(d.Sweeps, (d.Asked+instances-1)/instances)
}

// Report tells how the last 24 hours went, once for each date, as in 2026-11-22 (subject [Self]).
func (c Case) Report(date string, roll Roll, day Day, s Scene) (Case, Effects) {
	if c.Reported >= date {
		return c, Effects{}
	}
	c.Reported = date
	return c, Effects{Alerts: []Alert{{
		Key: string(c.Subject) + "/report/" + date, Kind: Reported, Subject: c.Subject,
		At: s.Now, Silent: true, Roll: &roll, Day: &day,
	}}}
}
