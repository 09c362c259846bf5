package main

import (
	"fmt"
	"time"

	"greenwatch/fleet"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator/instanceapi"
)

type demoNumber struct{ id, name string }

// demoNumbers are those of a shop with branches; nobody has them.
var demoNumbers = []demoNumber{
	{"7103000001", "Berlin shop"},
	{"7103000002", "Berlin support"},
	{"7105000017", "Kazan 07"},
	{"7105000018", "Kazan 08"},
	{"7107000203", "Promo 3"},
	{"410022705196", "Twelve digits"},
}

// demoBranches are as many more as make a storm for which the program adds a file of all.
const demoBranches = 64

// demoPool is where the last of the branches are.
const demoPool = "7109"

func demoFleet() []demoNumber {
	all := append([]demoNumber{}, demoNumbers...)
	for i := 1; i <= demoBranches; i++ {
		pool := "7108"
		if i > demoBranches-8 {
			pool = demoPool
		}
		all = append(all, demoNumber{fmt.Sprintf("%s%06d", pool, 100+i), fmt.Sprintf("Branch %02d", i)})
	}
	return all
}

// demoConfig adds the instances to the simulated API and lists them for the program.
func demoConfig(cfg *config, green *instanceapi.Server, room, api string) error {
	csv := "id,token,name\n"
	for _, i := range demoFleet() {
		token := "demo-token-" + i.id
		if err := green.Add(instanceapi.Instance{ID: i.id, Token: instanceapi.Secret(token), Name: i.name}); err != nil {
			return err
		}
		csv += fmt.Sprintf("%s,%s,%s\n", i.id, token, i.name)
	}
	var err error
	cfg.Fleet, cfg.Credentials, err = fleet.Load(fleet.Sources{CSV: csv, URL: api})
	cfg.BotToken, cfg.TelegramURL = secret.New(demoToken), room+"/telegram"
	cfg.Chats, cfg.Operators = []monitor.Address{{Chat: demoGroup}}, []int64{demoOperator.ID}
	return err
}

// demoZone is one in which it is about ten past three at night.
func demoZone(now time.Time) *time.Location {
	const night, day = 3*time.Hour + 10*time.Minute, 24 * time.Hour
	now = now.UTC()
	sinceMidnight := now.Sub(now.Truncate(day))
	ahead := (night - sinceMidnight + day) % day
	if ahead > day/2 {
		ahead -= day
	}
	return time.FixedZone("demo", int(ahead.Seconds()))
}
