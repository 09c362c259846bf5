package storage

import (
	"context"
	"database/sql/driver"
)

// remembering is SQLite's driver, with the statements that a connection has run kept compiled: to compile one costs many
// times what it then does. As all our statements are constants, there are no more of them than in the source.
type remembering struct {
	driver.Connector
}

func (r remembering) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &rememberingConn{sqliteConn: c.(sqliteConn), compiled: make(map[string]sqliteStmt)}, nil
}

// sqliteConn is what database/sql uses of a connection.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.SessionResetter
	driver.Validator
	driver.Pinger
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type rememberingConn struct {
	sqliteConn
	compiled map[string]sqliteStmt // those that nobody is using
}

func (c *rememberingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	defer c.keep(query, stmt)
	return stmt.ExecContext(ctx, args)
}

func (c *rememberingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	stmt, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, args)
	if err != nil {
		c.keep(query, stmt)
		return nil, err
	}
	return &rememberingRows{Rows: rows, keep: func() { c.keep(query, stmt) }}, nil
}

// take hands out a statement to one user at a time.
func (c *rememberingConn) take(ctx context.Context, query string) (sqliteStmt, error) {
	if stmt, ok := c.compiled[query]; ok {
		delete(c.compiled, query)
		return stmt, nil
	}
	stmt, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.(sqliteStmt), nil
}

func (c *rememberingConn) keep(query string, stmt sqliteStmt) {
	if _, ok := c.compiled[query]; ok {
		_ = stmt.Close() // two ran at once
		return
	}
	c.compiled[query] = stmt
}

func (c *rememberingConn) Close() error {
	for _, stmt := range c.compiled {
		_ = stmt.Close() // says again what its last run said
	}
	clear(c.compiled)
	return c.sqliteConn.Close()
}

type rememberingRows struct {
	driver.Rows
	keep func()
}

func (r *rememberingRows) Close() error {
	err := r.Rows.Close()
	if r.keep != nil {
		r.keep()
		r.keep = nil
	}
	return err
}
