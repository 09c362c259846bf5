package main

import (
	"context"
	"fmt"
	"strings"

	"greenwatch/monitor"
	"greenwatch/watcher"
)

// notifications looks whether greenwatch may read those that it is told to read.
func (d *doctor) notifications(ctx context.Context) {
	const what = "inbox"
	if d.cfg.Fleet == nil || len(d.cfg.Credentials) == 0 {
		return // said already
	}
	client, err := newGreenAPI(d.cfg, nil, nil)
	if err != nil {
		return // said already
	}
	defer client.CloseIdleConnections()
	listed, readable := 0, 0
	for _, i := range d.cfg.Fleet.Instances() {
		if !i.Exclusive {
			continue
		}
		listed++
		var o watcher.Obstacle
		err := within(ctx, func(ctx context.Context) (err error) {
			o, err = inbox{client}.Obstacle(ctx, i.ID)
			return err
		})
		switch why := inTheWay(o); {
		case err != nil:
			d.tell(warning, what, titled(i)+": "+err.Error(), "try again in a minute")
		case why != "":
			d.tell(failing, what, titled(i)+": its notifications cannot be read: "+why, "put that right at https://console.green-api.com, or take http-api-exclusive away")
		default:
			readable++
		}
	}
	if listed > 0 {
		d.tell(fine, what, fmt.Sprintf("the notifications of %d of %d can be read", readable, listed), "")
	}
}

func titled(i monitor.Instance) string { return strings.TrimSpace(string(i.ID) + " " + i.Name) }

// inTheWay says what keeps a queue from being read; empty: nothing.
func inTheWay(o watcher.Obstacle) string {
	var all []string
	if o.URL {
		all = append(all, "a webhookUrl is set")
	}
	if o.Off {
		all = append(all, "stateWebhook is off")
	}
	if len(o.Others) > 0 {
		all = append(all, "also on: "+strings.Join(o.Others, ", "))
	}
	return strings.Join(all, "; ")
}
