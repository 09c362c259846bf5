package bot

import (
	"greenwatch/monitor"
	"greenwatch/telegram"
)

// access says who may read and who may act, and where.
type access struct {
	chats     map[int64]bool
	operators map[int64]bool
}

func newAccess(chats []monitor.Address, operators []int64) access {
	a := access{chats: make(map[int64]bool), operators: make(map[int64]bool)}
	for _, c := range chats {
		a.chats[c.Chat] = true
	}
	for _, id := range operators {
		a.operators[id] = true
	}
	return a
}

// operator reports whether the person may act; what is no person may not.
func (a access) operator(p telegram.Person) bool { return p.Real() && a.operators[p.ID] }

// home reports whether the chat is one that is told, or an operator's own.
func (a access) home(c telegram.Chat) bool {
	return a.chats[c.ID] || c.Private() && a.operators[c.ID]
}

func person(p telegram.Person) monitor.Person {
	name := p.Name
	if p.Username != "" {
		name = "@" + p.Username
	}
	return monitor.Person{ID: p.ID, Name: name}
}
