package words

import "greenwatch/monitor"

// List tells of a version of the file that lists the instances, or of the partner's list: that it is watched, that it is
// wrong, or that a person must decide.
func (v Voice) List(alert monitor.Alert) Message {
	news := monitor.ListNews{}
	if alert.List != nil {
		news = *alert.List
	}
	switch alert.Kind {
	case monitor.ListRefused:
		if news.File == "" {
			return v.partnerRefused(news)
		}
		return v.listRefused(news)
	case monitor.ListAsked:
		return v.listAsked(news)
	default:
		return v.listChanged(news)
	}
}

func (v Voice) listChanged(n monitor.ListNews) Message {
	mark, x := green, vars{"Added": n.Added.Count, "Gone": n.Gone.Count, "Changed": n.Changed.Count}
	var mended, unasked html
	if n.Mended {
		mended = v.say(eitherList(n.File, "listing.mended_line", "partner.mended_line"), nil)
	}
	if n.Start && monitor.TooManyGone(n.Gone.Count, n.Of) {
		mark, unasked = orange, v.say(eitherList(n.File, "listing.unasked", "partner.unasked"), nil)
	}
	key := "listing.changed"
	switch {
	case n.Added.Count+n.Gone.Count+n.Changed.Count > 0:
	case n.Wavers.Count > 0:
		mark, key = orange, "partner.wavers"
	default:
		key = "listing.mended"
	}
	return Message{HTML: string(lines(
		v.listTitle(mark, key, n.File, x), mended,
		v.listPart("listing.added", n.Added), v.listPart(eitherList(n.File, "listing.gone", "partner.gone"), n.Gone), v.listPart("listing.different", n.Changed), v.listPart("partner.wavers_line", n.Wavers),
		v.say("listing.total", vars{"Count": n.Total}), unasked,
	))}
}

// listTitle is a first line that begins with the file's name; that gives way, never the words.
func (v Voice) listTitle(mark, key, file string, x vars) html {
	room := maxTitle - len16(mark) - 1 - visible(v.say(key, x.with("File", "")))
	return headline(mark, v.say(key, x.with("File", cut(clean(v.listName(file)), room))))
}

func (v Voice) listPart(key string, p monitor.ListPart) html {
	if p.Count == 0 {
		return ""
	}
	names := make([]html, 0, len(p.Some))
	for _, i := range p.Some {
		names = append(names, listed(i))
	}
	return v.say(key, vars{"Names": join(", ", names), "More": p.Count - len(p.Some)})
}

func (v Voice) listRefused(n monitor.ListNews) Message {
	mistakes := make([]html, 0, len(n.Problems)+1)
	for _, p := range n.Problems {
		what := v.say("listing.mistake."+string(p.What), vars{"Column": p.Column})
		if p.Line > 0 {
			what = v.say("listing.at", vars{"Line": html(digits(int64(p.Line))), "What": what})
		}
		mistakes = append(mistakes, what)
	}
	if rest := n.Wrong - len(n.Problems); rest > 0 {
		mistakes = append(mistakes, v.say("listing.more", vars{"N": rest}))
	}
	return Message{HTML: string(blocks(
		lines(v.listTitle(orange, "listing.refused", n.File, vars{"Count": n.Wrong}), v.say("listing.refused_line", vars{"Count": n.Total})),
		lines(mistakes...),
		v.say("listing.refused_do", nil),
	))}
}

func (v Voice) listAsked(n monitor.ListNews) Message {
	x := vars{"Gone": n.Gone.Count, "Count": n.Of, "Of": n.Of, "Rest": n.Added.Count+n.Changed.Count > 0}
	row := make([]Button, 0, 2)
	for _, do := range []Do{Drop, Keep} {
		row = append(row, Button{Label: v.toast("button."+string(do), x), Do: do, Version: n.Version})
	}
	return Message{
		HTML:    string(lines(v.listTitle(orange, "listing.asked", n.File, x), v.say(eitherList(n.File, "listing.asked_line", "partner.asked_line"), x))),
		Buttons: [][]Button{row},
	}
}

// ListDecided is what the question about a list reads like once somebody has answered it, now.
func (v Voice) ListDecided(file string, q monitor.Question, by monitor.Person) Message {
	x := vars{"Gone": q.Gone, "Count": q.Of, "Of": q.Of, "By": cut(clean(by.Name), maxPerson), "At": v.clock(v.Now)}
	if q.Answer == monitor.DropGone {
		return Message{HTML: string(lines(v.listTitle(orange, "listing.dropped", file, x), v.say(eitherList(file, "listing.dropped_line", "partner.dropped_line"), x)))}
	}
	return Message{HTML: string(lines(v.listTitle(orange, "listing.kept", file, x), v.say(eitherList(file, "listing.kept_line", "partner.kept_line"), x)))}
}

// ListClosed is what the question about a list reads like where an answer came too late, and why.
func (v Voice) ListClosed(file, why string) Message {
	return Message{HTML: string(lines(v.listTitle(white, "listing.closed", file, nil), escape(why)))}
}

// Unlisted adds that the file which lists the instances, or the partner's list, is not watched as it is.
func (v Voice) Unlisted(m Message, s monitor.ListStanding) Message {
	key := "status.list"
	switch {
	case s.News.File != "":
	case s.News.Wrong > 0:
		key = "status.partner"
	default:
		key = "status.partner_gone"
	}
	x := vars{
		"File": cut(clean(s.News.File), maxName), "Since": v.clock(s.Since), "Read": v.clock(s.Read),
		"Wrong": s.News.Wrong, "Gone": s.News.Gone.Count, "Of": s.News.Of, "Why": cut(clean(s.News.Why), maxDetail),
	}
	if s.Read.IsZero() {
		x["Read"] = ""
	}
	line := v.say(key, x)
	if all := blocks(html(m.HTML), line); visible(all) <= MaxMessage {
		m.HTML = string(all)
	}
	return m
}
