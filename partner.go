package main

import (
	"context"

	"greenwatch/fleet"
	"greenwatch/greenapi"
)

// partnerAPI is the partner's list as fleet wants it.
type partnerAPI struct{ *greenapi.Partner }

// newPartnerAPI is nil where there is no partner.
func newPartnerAPI(cfg config, t transports) (*partnerAPI, error) {
	if cfg.PartnerToken.Reveal() == "" {
		return nil, nil
	}
	client, err := greenapi.NewPartner(greenapi.PartnerOptions{
		Token: cfg.PartnerToken, URL: cfg.PartnerURL, Timeout: cfg.CheckTimeout, HTTP: t.green, UserAgent: "greenwatch/" + version(),
	})
	return &partnerAPI{client}, err
}

// Instances gives the list. What renews itself does not expire, and what has expired says so by itself.
func (p partnerAPI) Instances(ctx context.Context) ([]fleet.PartnerInstance, error) {
	found, err := p.Partner.Instances(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]fleet.PartnerInstance, 0, len(found))
	for _, i := range found {
		one := fleet.PartnerInstance{ID: i.ID, Name: i.Name, Type: i.Type, Token: i.Token, Deleted: i.Deleted}
		if !i.Renews && !i.Expired {
			one.Expires = i.Expires
		}
		all = append(all, one)
	}
	return all, nil
}

// followPartner goes on from who was in the partner's list before; it makes no call yet.
func (a *app) followPartner(ctx context.Context, cfg config, t transports) error {
	api, err := newPartnerAPI(cfg, t)
	if err != nil || api == nil {
		return err
	}
	a.lists.partner, err = fleet.NewPartner(ctx, fleet.PartnerOptions{
		API: api,
		KeeperOptions: fleet.KeeperOptions{
			Fleet: cfg.Fleet, Schedule: cfg.PartnerSchedule, Store: a.store, Apply: a.applyList, Log: a.log,
		},
	})
	return err
}

// joinPartner adds the partner's list to the instances of the settings, once. It does nothing where there is no partner.
func joinPartner(ctx context.Context, cfg *config) error {
	api, err := newPartnerAPI(*cfg, transports{})
	if err != nil || api == nil {
		return err
	}
	defer api.CloseIdleConnections()
	found, err := api.Instances(ctx)
	if err != nil {
		return err
	}
	cfg.Credentials = cfg.Fleet.Join(found)
	return nil
}

// partner looks whether the partner's list can be read. What it lists is looked at like what the settings list.
func (d *doctor) partner(ctx context.Context) {
	const what = "partner"
	if d.cfg.Fleet == nil || d.cfg.PartnerToken.Reveal() == "" {
		return
	}
	own := len(d.cfg.Credentials)
	err := within(ctx, func(ctx context.Context) error { return joinPartner(ctx, &d.cfg) })
	hideIn(d.out, d.cfg)
	switch more := len(d.cfg.Credentials) - own; {
	case err != nil:
		d.tell(failing, what, "its list cannot be read: "+err.Error(), "compare GREEN_API_PARTNER_TOKEN and GREEN_API_PARTNER_URL with the console, and look at the network; "+
			"greenwatch starts all the same, and watches these instances as soon as the list comes")
	case more == 0:
		d.tell(warning, what, "its list names no instance that the settings do not", "an empty list is never believed; look at the console")
	default:
		d.tell(fine, what, "its list names "+plural(more, "instance")+" more", "")
	}
}
