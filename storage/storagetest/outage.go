package storagetest

import (
	"context"
	"database/sql/driver"
	"sync"
)

// Outage makes an engine fail for as long as it lasts. The zero Outage has not begun.
type Outage struct {
	mu     sync.Mutex
	err    error
	writes bool
	saved  bool
}

// Begin lets every call fail with err from now on.
func (o *Outage) Begin(err error) { o.set(err, false, false) }

// BeginWrites lets every begin, statement that changes something and commit fail with err from now on; reading goes on.
func (o *Outage) BeginWrites(err error) { o.set(err, true, false) }

// LoseAnswers lets every commit give err from now on though it saves; all else goes on.
func (o *Outage) LoseAnswers(err error) { o.set(err, false, true) }

// End lets all calls pass again.
func (o *Outage) End() { o.set(nil, false, false) }

func (o *Outage) set(err error, writes, saved bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.err, o.writes, o.saved = err, writes, saved
}

// Wrap puts the outage in the way to an engine.
func (o *Outage) Wrap(c driver.Connector) driver.Connector { return &failingConnector{c, o} }

func (o *Outage) now(write bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.saved || o.writes && !write {
		return nil
	}
	return o.err
}

// lost is what a commit that has saved gives for an answer.
func (o *Outage) lost() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.saved {
		return o.err
	}
	return nil
}

type failingConnector struct {
	driver.Connector
	outage *Outage
}

func (c *failingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &failingConn{inner.(engineConn), c.outage}, nil
}

type failingConn struct {
	engineConn
	outage *Outage
}

func (c *failingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.outage.now(true); err != nil {
		return nil, err
	}
	inner, err := c.engineConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return &failingTx{inner, c.outage}, nil
}

func (c *failingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.outage.now(true); err != nil {
		return nil, err
	}
	return c.engineConn.ExecContext(ctx, query, args)
}

func (c *failingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.outage.now(false); err != nil {
		return nil, err
	}
	return c.engineConn.QueryContext(ctx, query, args)
}

type failingTx struct {
	driver.Tx
	outage *Outage
}

func (t *failingTx) Commit() error {
	if err := t.outage.now(true); err != nil {
		_ = t.Tx.Rollback() // refused: nothing is saved
		return err
	}
	if err := t.Tx.Commit(); err != nil {
		return err
	}
	return t.outage.lost()
}
