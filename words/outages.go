package words

import "greenwatch/monitor"

// The places of outages among the groups of a digest: before whatever lasts, and before whatever is over.
const (
	outageOrder     = "0"
	outageOverOrder = "w"
)

// apart parts the entries of single numbers from those of outages.
func apart(entries []Entry) (numbers, outages []Entry) {
	for _, e := range entries {
		if e.Outage == "" {
			numbers = append(numbers, e)
		} else {
			outages = append(outages, e)
		}
	}
	return numbers, outages
}

func (g group) ofOutages() bool { return g.order == outageOrder || g.order == outageOverOrder }

// listedEntry is an incident in a list.
func (v Voice) listedEntry(e Entry) html {
	if e.Outage != "" {
		return v.outageLine(e.Outage, e.Incident)
	}
	return listed(e.Instance)
}

// outagesTitle is the first line of a digest with outages; nothing where none of them lasts, and numbers say it.
func (v Voice) outagesTitle(outages, numbers []Entry) html {
	lasting, out, mark := 0, 0, white
	for _, e := range outages {
		if e.Incident.Open() {
			lasting++
			mark = worse(mark, outageMark(e.Outage, e.Incident))
		}
	}
	for _, e := range numbers {
		if open(e) {
			out++
			mark = worse(mark, topicOf(storyOf(e.Incident).shown(e.Incident.Told).Finding).mark)
		}
	}
	switch {
	case lasting > 0 && out > 0:
		return headline(mark, v.say("outage.digest", vars{"Count": lasting})+v.say("outage.digest_beside", vars{"Count": out}))
	case lasting > 0:
		return headline(mark, v.say("outage.digest", vars{"Count": lasting}))
	case len(numbers) == 0:
		return headline(green, v.say("outage.digest_over", vars{"Count": len(outages)}))
	default:
		return ""
	}
}

// outageAdvice is what to do, and what not, while an outage lasts.
func (v Voice) outageAdvice(outages []Entry) html {
	for _, e := range outages {
		if e.Incident.Open() {
			return v.say("outage.advice", nil)
		}
	}
	return ""
}

// outageLines names the outages that last, among the cases, and gives the mark of the worst.
func (v Voice) outageLines(cases []monitor.Case) (text html, mark string) {
	var all []html
	mark = green
	for _, c := range cases {
		if _, one := c.Subject.Instance(); !one && (c.Incident.Open() || c.Incident.Wavers()) {
			if c.Incident.Open() {
				mark = worseStatus(mark, outageMark(c.Subject, c.Incident))
			}
			all = append(all, v.outageLine(c.Subject, c.Incident))
		}
	}
	const told = 10
	return lines(all[:min(told, len(all))]...), mark
}

// outageLine is an outage in one line.
func (v Voice) outageLine(s monitor.Subject, inc monitor.Incident) html {
	o := outage{subject: s, inc: inc}
	x := v.outageFacts(o)
	switch {
	case inc.Dropped:
		return white + " " + v.say("outage.dropped", x.with("Name", outagePool(s)))
	case inc.Open():
		return html(outageMark(s, inc)) + " " + v.swungLine(v.say(o.own("short"), x), inc)
	case inc.Wavers():
		return html(orange) + " " + v.swungLine(v.say(o.key("short_over"), x), inc)
	default:
		return green + " " + v.say(o.key("short_over"), x)
	}
}

func outagePool(s monitor.Subject) string {
	pool, _ := s.Pool()
	return clean(pool)
}

// outageName is what an outage is called where numbers have names.
func (v Voice) outageName(s monitor.Subject) string {
	if s == monitor.Self {
		return v.toast("outage.self.name", nil)
	}
	return outagePool(s)
}

func outageMark(s monitor.Subject, inc monitor.Incident) string {
	if s == monitor.Self || (outage{inc: inc}).limited() {
		return white
	}
	return red
}
