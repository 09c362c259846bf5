package words

// list gathers lines as long as they fit into a message.
type list struct {
	voice Voice
	room  int // UTF-16 units left
	most  int // lines at most; 0: as many as fit
	lines []html
	named int
	rest  int
}

// newList leaves room for the line that says how many more there are.
func newList(v Voice, room int) *list {
	const more = 60
	return &list{voice: v, room: room - more}
}

// add adds a line with its heading, if there is room for both; once one did not fit, none does.
func (l *list) add(heading, line html) {
	both := lines(heading, line)
	need := visible(both) + 1
	if l.rest > 0 || need > l.room || l.most > 0 && l.named == l.most {
		l.rest++
		return
	}
	l.room -= need
	l.named++
	l.lines = append(l.lines, both)
}

// text is the lines, and under them how many did not fit.
func (l *list) text(moreKey string) html {
	all := lines(l.lines...)
	if l.rest > 0 {
		all = lines(all, l.voice.say(moreKey, vars{"N": l.rest}))
	}
	return all
}
