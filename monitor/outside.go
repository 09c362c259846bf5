package monitor

// Outside is the address of the channels that are no chats. It is told of what a chat was not told in time, as plain
// text; it has neither cards nor edits.
var Outside = Address{}

// GoesOutside reports whether other channels must be told where a chat was not: of everything but what only some chats
// asked for, and the daily report.
func (a Alert) GoesOutside() bool { return len(a.Only) == 0 && a.Kind != Reported }

// Ends reports whether the alert only ends what earlier ones told.
func (k AlertKind) Ends() bool { return k == Resolved || k == Proved || k == Dropped || k == PoolUp }
