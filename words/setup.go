package words

import "greenwatch/monitor"

// Plain is a finding for a table or a terminal: the API's own word, or ours where it said none, and what it means.
func (v Voice) Plain(f monitor.Finding) (word, meaning string) {
	if f.Answer == monitor.Unasked {
		return v.toast("plain.unasked.word", nil), v.toast("plain.unasked.line", nil)
	}
	return v.fullWord(f), v.toast("plain."+topicOf(f).key, nil)
}

// Bound tells a chat that it is told from now on.
func (v Voice) Bound() Message {
	return Message{HTML: string(lines(headline(green, v.say("setup.bound", nil)), v.say("setup.bound_line", nil)))}
}

// Rehearsal is an alert under a line that says that nothing has happened, and without its buttons.
func (v Voice) Rehearsal(alert Message) Message {
	test := lines(headline(white, v.say("setup.test", nil)), v.say("setup.test_line", nil))
	return Message{HTML: string(blocks(test, html(alert.HTML)))}
}
