package words

import (
	"time"

	"greenwatch/monitor"
)

// Outside is a message for people who read it elsewhere than in Telegram: plain text with what its buttons were for.
func (v Voice) Outside(m Message) string {
	return plain(blocks(html(m.HTML), v.say("outside.why", nil)), true)
}

// reported is the daily line: how many are well, how often each was asked, how slow the slowest alert was.
func (v Voice) reported(roll monitor.Roll, day monitor.Day) Message {
	mark := green
	if len(roll.Bad) > 0 {
		mark = topicOf(sortedRoll(roll.Bad)[0].Finding).mark
	}
	x := vars{"Good": roll.Good, "Total": roll.Total, "All": roll.Good == roll.Total, "Count": day.Each(roll.Total)}
	if day.Alerts > 0 {
		x["Slowest"] = v.brief(day.Slowest)
	}
	return Message{HTML: string(v.fit(mark, x, "report.title", "report.title_long"))}
}

// brief is a duration in words; one of less than a minute in seconds and their tenths.
func (v Voice) brief(d time.Duration) string {
	if d >= time.Minute {
		return v.lasting(d)
	}
	return v.toast("time.tenths", vars{"Seconds": html(v.printer().Sprintf("%.1f", d.Seconds()))})
}
