package main

import (
	"net"
	"net/http"
	"net/url"

	"greenwatch/web"
)

func (a *app) pages(cfg config) http.Handler {
	return web.New(web.Options{
		Ready: a.readiness(), Metrics: a.metrics.handler(), Webhook: a.webhook(cfg),
		Gate: web.GateOptions{Gates: gates{a.watcher}, Token: cfg.GateToken}, Hosts: a.hosts(cfg), Log: a.log,
	})
}

// hosts are the names by which the pages are asked for if they listen on loopback alone; nil: any. Who opens them to others,
// as a container has to, has names that are not known here.
func (a *app) hosts(cfg config) []string {
	if a.listener == nil {
		return nil
	}
	at, ok := a.listener.Addr().(*net.TCPAddr)
	if !ok || !at.IP.IsLoopback() {
		return nil
	}
	host, _, _ := net.SplitHostPort(cfg.HTTPAddr)
	names := []string{host}
	if public, err := url.Parse(cfg.PublicURL); err == nil && public.Hostname() != "" {
		names = append(names, public.Hostname())
	}
	return names
}

const (
	mostConnections  = 2048
	leastConnections = 32
)

// connections are how many the pages may have at once: half of what the process may open, as the APIs need theirs.
func connections() int { return min(max(openFiles()/2, leastConnections), mostConnections) }
