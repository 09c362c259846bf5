package words

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"greenwatch/monitor"
)

// Entry is one incident among several that share a message.
type Entry struct {
	Instance monitor.Instance
	Incident monitor.Incident
	Outage   monitor.Subject // set where it is of a pool or of everything, and of no instance
}

// manyAtOnce is from how many on it is seldom the phones.
const manyAtOnce = 10

// reserve is kept free of every list: for the mark of a repeat.
const reserve = 100

// Digest is many incidents in one message, and stays their card: those that work again move to the end. It counts all
// and names the worst, at most [monitor.MaxNamed]; the number of those named is returned. A file names more, see [File].
func (v Voice) Digest(entries []Entry) (Message, int) {
	return v.digest(entries, v.digestTitle(entries))
}

func (v Voice) digest(entries []Entry, title html) (Message, int) {
	groups := v.groups(entries)
	numbers, outages := apart(entries)
	head := blocks(
		lines(title, v.digestCounts(groups), v.pools(numbers)), v.digestLoss(numbers), v.outageAdvice(outages), v.digestAdvice(numbers),
	)
	list, more := v.digestList(entries, groups, visible(head))
	return Message{HTML: string(blocks(head, list.text(more)))}, list.named
}

// digestList says of each whether it has gone to and fro, unless that takes the room of a name.
func (v Voice) digestList(entries []Entry, groups []group, taken int) (*list, string) {
	most, more := 0, "digest.more"
	if len(entries) > monitor.MaxNamed {
		most, more = monitor.MaxNamed, "digest.more_file"
		if v.InText {
			more = "digest.more_text"
		}
	}
	fill := func(line func(Entry) html) *list {
		l := newList(v, MaxMessage-reserve-taken-2)
		l.most = most
		for _, g := range groups {
			title := g.title
			if g.ofOutages() {
				title = "" // each says it itself
			}
			for _, e := range g.entries {
				l.add(title, line(e))
				title = ""
			}
		}
		return l
	}
	bare := fill(v.listedEntry)
	full := fill(func(e Entry) html { return v.swungLine(v.listedEntry(e)+v.toAndFro(e.Incident), e.Incident) })
	if full.named < bare.named {
		return bare, more
	}
	return full, more
}

// toAndFro is the way of an incident that was more than one trouble and its end: an edit that came late may not have shown
// what was in between.
func (v Voice) toAndFro(inc monitor.Incident) html {
	const told = 4
	way := wayOf(inc)
	if len(way) < 2 || len(way) == 2 && way[1].Verdict() == monitor.Good {
		return ""
	}
	return " · " + escape(v.course(way[max(0, len(way)-told):]))
}

// course is beliefs in order, each with its time: "18:36 suspended, 18:38 authorized".
func (v Voice) course(way []monitor.Belief) string {
	steps := make([]string, 0, len(way))
	for _, b := range way {
		steps = append(steps, v.bare(b.Since)+" "+v.word(b.Finding))
	}
	return strings.Join(steps, ", ")
}

// AllOver says that the last of the incidents that share a card is over.
func (v Voice) AllOver(n int) Message {
	return Message{HTML: string(headline(green, v.say("digest.all_over", vars{"Count": n})))}
}

// group is what stands under one heading.
type group struct {
	title   html
	count   html
	order   string
	entries []Entry
}

func (v Voice) groups(entries []Entry) []group {
	byOrder := map[string]*group{}
	for _, e := range entries {
		g := v.groupOf(e)
		if byOrder[g.order] == nil {
			byOrder[g.order] = &g
		}
		byOrder[g.order].entries = append(byOrder[g.order].entries, e)
	}
	groups := make([]group, 0, len(byOrder))
	for _, g := range byOrder {
		slices.SortFunc(g.entries, func(a, b Entry) int {
			return cmp.Or(compareIDs(a.Instance.ID, b.Instance.ID), cmp.Compare(a.Outage, b.Outage))
		})
		g.count = v.say("digest.count", vars{"N": len(g.entries), "Word": g.count})
		if g.ofOutages() {
			g.count = v.say("outage.count", vars{"Count": len(g.entries), "Over": g.order == outageOverOrder})
		}
		groups = append(groups, *g)
	}
	slices.SortFunc(groups, func(a, b group) int {
		return cmp.Or(strings.Compare(a.order[:1], b.order[:1]), len(b.entries)-len(a.entries), strings.Compare(a.order, b.order))
	})
	return groups
}

// groupOf gives the heading under which an incident stands; the first letter of its order says how bad it is.
func (v Voice) groupOf(e Entry) group {
	inc := e.Incident
	plainGroup := func(order, mark, key string) group {
		return group{order: order, title: html(mark) + " " + v.say(key, nil), count: v.say(key, nil)}
	}
	switch {
	case e.Outage != "" && inc.Open():
		return plainGroup(outageOrder, red, "outage.group")
	case e.Outage != "":
		return plainGroup(outageOverOrder, green, "outage.group_over")
	case inc.Dropped:
		return plainGroup("z", white, "digest.dropped")
	case inc.Wavers():
		return plainGroup("xs", orange, "swings.group")
	case onProbation(inc):
		return plainGroup("x", yellow, "digest.unproved")
	case !inc.Open() || inc.Told.Verdict() == monitor.Good:
		return plainGroup("y", green, "digest.back")
	}
	b := storyOf(inc).shown(inc.Told)
	w := escape(v.word(b.Finding))
	return group{order: rank(b.Finding) + strings.ToLower(string(w)), title: html(topicOf(b.Finding).mark) + " " + w, count: w}
}

var verdictRanks = map[monitor.Verdict]string{
	monitor.Bad: "a", monitor.Odd: "c", monitor.Denied: "d", monitor.Blind: "e", monitor.Settling: "f",
	monitor.Unseen: "g", monitor.Good: "h",
}

// rank orders findings by how much they need people.
func rank(f monitor.Finding) string {
	if f.Rings() && f.Verdict() != monitor.Bad {
		return "b" // stopped by GREEN-API
	}
	return verdictRanks[f.Verdict()]
}

func compareIDs(a, b monitor.InstanceID) int {
	return cmp.Or(len(a)-len(b), strings.Compare(string(a), string(b)))
}

// digestTitle says how many, and since when.
func (v Voice) digestTitle(entries []Entry) html {
	entries, outages := apart(entries)
	if title := v.outagesTitle(outages, entries); title != "" {
		return title
	}
	stopped, blind, limited, unpaid, out, mark := 0, 0, 0, 0, 0, white
	from, to := time.Time{}, time.Time{}
	for _, e := range entries {
		at := storyOf(e.Incident).began()
		if from.IsZero() || at.Before(from) {
			from = at
		}
		if at.After(to) {
			to = at
		}
		if !open(e) {
			continue
		}
		out++
		f := storyOf(e.Incident).shown(e.Incident.Told).Finding
		if f.Rings() {
			stopped++
		}
		if f.Verdict() == monitor.Blind {
			blind++
		}
		if f.Answer == monitor.Throttled {
			limited++
		}
		if f.Refusal == monitor.Expired {
			unpaid++
		}
		mark = worse(mark, topicOf(f).mark)
	}
	x := vars{"Count": len(entries), "Open": out, "Since": v.clock(from)}
	x["From"], x["To"] = v.pair(from, to)
	x["Moment"] = v.bare(from) == v.bare(to)
	switch {
	case out == 0:
		return v.digestOver(entries, x)
	case unpaid == out:
		return headline(mark, v.say("digest.title_unpaid", vars{"Count": out}))
	case out < len(entries):
		return headline(mark, v.say("digest.title_partly", x))
	case limited == out:
		return headline(mark, v.say("digest.title_limited", x))
	case blind == out:
		return headline(mark, v.say("digest.title_blind", x))
	case stopped == out:
		return v.fit(mark, x, "digest.title_stopped", "digest.title_stopped_long")
	default:
		return headline(mark, v.say("digest.title_trouble", x))
	}
}

func (v Voice) digestOver(entries []Entry, x vars) html {
	dropped := func(e Entry) bool { return e.Incident.Dropped }
	unproved := func(e Entry) bool { return onProbation(e.Incident) }
	held := func(e Entry) bool { return e.Incident.Wavers() }
	switch {
	case slices.ContainsFunc(entries, unproved), slices.ContainsFunc(entries, held):
		return headline(yellow, v.say("digest.title_unproved", x))
	case slices.ContainsFunc(entries, dropped):
		return headline(green, v.say("digest.title_over", x))
	default:
		return headline(green, v.say("digest.title_back", x))
	}
}

func worse(a, b string) string {
	for _, mark := range []string{red, yellow, orange} {
		if a == mark || b == mark {
			return mark
		}
	}
	return a
}

func (v Voice) digestCounts(groups []group) html {
	if len(groups) == 1 && (groups[0].ofOutages() || !open(groups[0].entries[0])) {
		return "" // the title says it
	}
	counts := make([]html, 0, len(groups))
	for _, g := range groups {
		counts = append(counts, g.count)
	}
	const told = 8
	return join(", ", counts[:min(told, len(counts))]) + "."
}

// pools says whether one pool has most of them: a cause that many share is seldom a phone.
func (v Voice) pools(entries []Entry) html {
	const told = 5
	counts, out := map[string]int{}, 0
	for _, e := range entries {
		if !open(e) || topicOf(storyOf(e.Incident).shown(e.Incident.Told).Finding).key == "unpaid" {
			continue
		}
		out++
		counts[cut(clean(e.Instance.Pool), maxName)]++
	}
	delete(counts, "")
	names := make([]string, 0, len(counts))
	for p := range counts {
		names = append(names, p)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	if len(names) == 0 || out < manyAtOnce {
		return ""
	}
	all := make([]html, 0, told)
	for _, p := range names[:min(told, len(names))] {
		all = append(all, v.say("digest.pool", vars{"Pool": p, "N": counts[p]}))
	}
	return v.say("digest.pools", vars{
		"Pools": join(", ", all), "One": len(names) == 1, "Most": counts[names[0]]*2 > out, "Pool": names[0],
	})
}

// open reports whether people are to think of an entry as out.
func open(e Entry) bool { return e.Incident.Open() && e.Incident.Told.Verdict() != monitor.Good }

// digestAdvice is what to do while some are open: it depends on what they have in common.
func (v Voice) digestAdvice(entries []Entry) html {
	keys := map[string]int{}
	out, since := 0, time.Time{}
	for _, e := range entries {
		if open(e) {
			out++
			if at := storyOf(e.Incident).began(); since.IsZero() || at.Before(since) {
				since = at
			}
			keys[topicOf(storyOf(e.Incident).shown(e.Incident.Told).Finding).key]++
		}
	}
	x := vars{"N": out, "Since": v.clock(since), "LoggedOut": keys["logged_out"] > 0, "Restricted": keys["restricted"] > 0}
	phones := keys["logged_out"] + keys["blocked"] + keys["restricted"] + keys["asleep"]
	switch {
	case out == 0:
		return ""
	case keys["unpaid"] == out:
		return v.say("digest.do_unpaid", x)
	case keys["limited"] == out:
		return v.say("digest.do_limited", x)
	case keys["blind"]+keys["limited"] == out:
		return v.say("digest.do_blind", x)
	case phones*2 > out && out >= manyAtOnce:
		return v.say("digest.do_many", x)
	default:
		return v.say("digest.do_few", x)
	}
}
