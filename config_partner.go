package main

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"greenwatch/greenapi"
	"greenwatch/secret"
)

// partner reads how a partner's list of instances is reached; without the token there is none.
func (c *configCheck) partner(e environment, cfg *config) {
	const token, address = "GREEN_API_PARTNER_TOKEN", "GREEN_API_PARTNER_URL"
	cfg.PartnerSchedule = c.partnerSchedule(e.PartnerSchedule, cfg.Zone)
	cfg.PartnerToken, cfg.PartnerURL = secret.New(strings.TrimSpace(e.PartnerToken)), c.url(address, strings.TrimSpace(e.PartnerURL))
	if e.PartnerToken == "" || c.wrong[address] != "" {
		return
	}
	if _, err := greenapi.NewPartner(greenapi.PartnerOptions{Token: cfg.PartnerToken}); err != nil {
		c.reject(token, "does not look like a partner's token")
		return
	}
	_, err := greenapi.NewPartner(greenapi.PartnerOptions{Token: cfg.PartnerToken, URL: cfg.PartnerURL})
	c.rejectIf(err != nil, address, "is not a usable URL")
}

func (c *configCheck) partnerSchedule(s string, zone *time.Location) cron.Schedule {
	const name = "PARTNER_SCHEDULE"
	schedule := c.schedule(name, s, zone)
	every, constant := schedule.(cron.ConstantDelaySchedule)
	c.rejectIf(constant && every.Delay < time.Minute, name, "is too often: the list is long, and changes seldom")
	return schedule
}
