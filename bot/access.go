package bot

import (
	"sync"

	"greenwatch/monitor"
	"greenwatch/telegram"
)

// access says who may read and who may act, and where.
type access struct {
	operators map[int64]bool

	mu    sync.RWMutex
	chats map[int64]bool
}

func newAccess(chats []monitor.Address, operators []int64) *access {
	a := &access{chats: make(map[int64]bool), operators: make(map[int64]bool)}
	for _, c := range chats {
		a.chats[c.Chat] = true
	}
	for _, id := range operators {
		a.operators[id] = true
	}
	return a
}

// operator reports whether the person may act; what is no person may not.
func (a *access) operator(p telegram.Person) bool { return p.Real() && a.operators[p.ID] }

// home reports whether the chat is one that is told, or an operator's own.
func (a *access) home(chat int64) bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.chats[chat] || a.operators[chat]
}

// add lets a chat in that one of ours has become.
func (a *access) add(chat int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.chats[chat] = true
}

// person is who did something, as it is kept; the zero Person where that is nobody who can be known.
func person(p telegram.Person) monitor.Person {
	name := p.Name
	if p.Username != "" {
		name = "@" + p.Username
	}
	if !p.Real() {
		return monitor.Person{}
	}
	return monitor.Person{ID: p.ID, Name: name}
}
