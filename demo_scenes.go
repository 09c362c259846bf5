package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/page"
	"greenwatch/words"
)

// The scenes of the night that follow the vendor's guide: https://green-api.com/en/docs/api/recommendations/instance-status-tracking/.

// demoRunbook is a start that hangs and that a reboot cures, with nobody woken.
func demoRunbook() []demoScene {
	id := demoNumbers[1].id
	return []demoScene{
		{page.Text{
			EN: "{time}. Another one hangs in its start. Nobody is woken yet: GREEN-API's guide says to reboot it, and that is done by itself, once.",
			RU: "{time}. Другой завис при запуске. Никого пока не будят: руководство GREEN-API велит перезагрузить, и это делается само, один раз.",
		}, func(ctx context.Context, s *page.Stage) error {
			before := demoSnapshot(s, id).Reboots
			if err := s.Set(ctx, id, string(instanceapi.Starting)); err != nil {
				return err
			}
			return s.Await(ctx, func([]botapi.Message) bool {
				now := demoSnapshot(s, id)
				return now.Reboots > before && now.State == instanceapi.Authorized
			})
		}, 3 * time.Second},
		{page.Text{
			EN: "{time}. It works again, and no phone has rung.",
			RU: "{time}. Снова работает, и ни один телефон не зазвонил.",
		}, nil, 4 * time.Second},
	}
}

// demoStuck is one that no reboot cures.
func demoStuck() []demoScene {
	id := demoNumbers[3].id
	return []demoScene{
		{page.Text{
			EN: "{time}. A third one hangs too, and the reboot changes nothing.",
			RU: "{time}. Завис и третий, и перезагрузка ничего не меняет.",
		}, func(ctx context.Context, s *page.Stage) error {
			if err := s.Set(ctx, id, "stuck"); err != nil {
				return err
			}
			return demoAlert(ctx, s, id)
		}, time.Second},
		{page.Text{
			EN: "{time}. Now people are told: what was done already, and what is left to do. The gate stays open, and says that messages are late.",
			RU: "{time}. Теперь людям сказано: что уже сделано и что осталось. Шлюз открыт и предупреждает, что сообщения задержатся.",
		}, nil, 8 * time.Second},
		{page.Text{
			EN: "And the one before, of which nobody heard? Who wants to know asks: /status.",
			RU: "А предыдущий, о котором никто не слышал? Кто хочет знать, спросит: /status.",
		}, func(ctx context.Context, s *page.Stage) error {
			return s.Say(ctx, "/status "+demoNumbers[1].id)
		}, 7 * time.Second},
	}
}

// demoCampaign is a restriction in the middle of a campaign, and the reboot that is not made.
func demoCampaign() []demoScene {
	id := demoNumbers[4].id
	return []demoScene{
		{page.Text{
			EN: "{time}. Black Friday: a campaign of 8,412 messages leaves through Promo 3.",
			RU: "{time}. Чёрная пятница: через «Promo 3» уходит рассылка из 8 412 сообщений.",
		}, func(ctx context.Context, s *page.Stage) error {
			return s.Queue(ctx, id, 8412)
		}, 5 * time.Second},
		{page.Text{
			EN: "{time}. WhatsApp restricts the number. Here haste does harm, and the card says so. The gate has stopped the campaign already.",
			RU: "{time}. WhatsApp ограничил номер. Спешка здесь вредит, и карточка об этом говорит. Рассылку уже остановил шлюз.",
		}, func(ctx context.Context, s *page.Stage) error {
			if err := s.Set(ctx, id, "campaign"); err != nil {
				return err
			}
			return demoAlert(ctx, s, id)
		}, 8 * time.Second},
		{page.Text{
			EN: "Whoever presses Reboot sees first what that would release.",
			RU: "Кто нажмёт «Перезагрузить», сначала увидит, что тогда уйдёт.",
		}, func(ctx context.Context, s *page.Stage) error {
			return s.Press(ctx, demoButton(words.Reboot, id))
		}, 6 * time.Second},
		{page.Text{
			EN: "Not like this. What nobody wants tomorrow is cleared in the console, and /queue counts what is left.",
			RU: "Не так. Ненужное завтра удалили в кабинете, а /queue считает, что осталось.",
		}, func(ctx context.Context, s *page.Stage) error {
			if err := errors.Join(s.Press(ctx, demoButton(words.Cancel, id)), s.Empty(id), s.Queue(ctx, id, 8)); err != nil {
				return err
			}
			if err := s.Pause(ctx, time.Second); err != nil {
				return err
			}
			return s.Say(ctx, "/queue "+id)
		}, 5 * time.Second},
	}
}

// demoProbation is what comes of a reboot after a restriction.
func demoProbation() []demoScene {
	id := demoNumbers[4].id
	return []demoScene{
		{page.Text{
			EN: "Back to the restricted number: now nothing speaks against a reboot.",
			RU: "Снова о номере с ограничением: теперь перезагрузке ничто не мешает.",
		}, func(ctx context.Context, s *page.Stage) error {
			if err := s.Press(ctx, demoButton(words.Reboot, id)); err != nil {
				return err
			}
			if err := s.Pause(ctx, 3*time.Second); err != nil {
				return err
			}
			if err := s.Press(ctx, demoButton(words.Confirm, id)); err != nil {
				return err
			}
			return s.Await(ctx, func(all []botapi.Message) bool {
				last := all[len(all)-1]
				return last.Bot && last.Silent && strings.Contains(last.Text, demoNumbers[4].name)
			})
		}, 0},
		{page.Text{
			EN: "{time}. Authorized again, still under observation: the card counts what leaves, and the gate says to begin slowly.",
			RU: "{time}. Снова authorized, под наблюдением: карточка считает, что уходит, а шлюз советует начинать осторожно.",
		}, nil, 6 * time.Second},
	}
}

func demoSnapshot(s *page.Stage, id string) instanceapi.Snapshot {
	for _, one := range s.Instances() {
		if one.ID == id {
			return one
		}
	}
	return instanceapi.Snapshot{}
}
