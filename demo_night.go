package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/page"
	"greenwatch/words"
)

// demoScene is a caption of the night, what happens under it, and how long it stays then.
type demoScene struct {
	caption page.Text
	do      func(ctx context.Context, s *page.Stage, hero string) error // nil: nothing
	stay    time.Duration
}

// demoNight is a night at the ops desk: a false logout that a reboot cures, a part of GREEN-API that is not to be
// reached, and forty numbers that drop out together.
func demoNight() page.Story {
	scenes := demoScenes()
	return page.Story{Scenes: len(scenes), Play: func(ctx context.Context, s *page.Stage) error {
		if err := errors.Join(s.Restore(), s.Turn(ctx, demoPaces()[0].Key)); err != nil {
			return err
		}
		hero := demoHero(s)
		for _, scene := range scenes {
			s.Tell(scene.caption)
			if scene.do != nil {
				if err := scene.do(ctx, s, hero); err != nil {
					return err
				}
			}
			if err := s.Pause(ctx, scene.stay); err != nil {
				return err
			}
		}
		return nil
	}}
}

// demoHero is the number that was rebooted least: the program does not offer a second reboot so soon.
func demoHero(s *page.Stage) string {
	all := s.Instances()[:len(demoNumbers)]
	hero := all[0]
	for _, one := range all {
		if one.Reboots < hero.Reboots {
			hero = one
		}
	}
	return hero.ID
}

func demoScenes() []demoScene {
	first := demoScene{page.Text{
		EN: "{time}. A night at the ops desk. 70 numbers work, and each is asked about once a second.",
		RU: "{time}. Ночь дежурного. 70 номеров работают, каждый проверяется примерно раз в секунду.",
	}, nil, 4 * time.Second}
	last := demoScene{page.Text{
		EN: "{time}. All is well. Now it is your turn: break something, press its buttons, write a command.",
		RU: "{time}. Всё в порядке. Теперь вы: сломайте что-нибудь, нажмите кнопки, напишите команду.",
	}, nil, 2 * time.Second}
	return slices.Concat([]demoScene{first}, demoLogout(), demoCure(), demoOutage(), demoStorm(), []demoScene{last})
}

// demoButton is how the data of a button of the program's begin.
func demoButton(do words.Do, id string) string { return string(do) + ":" + id }

func demoLogout() []demoScene {
	return []demoScene{
		{page.Text{
			EN: "{time}. One number is logged out. The API goes on taking messages for it; 12 wait already.",
			RU: "{time}. Один номер разлогинило. API по-прежнему принимает для него сообщения: 12 уже ждут.",
		}, func(ctx context.Context, s *page.Stage, hero string) error {
			if err := errors.Join(s.Set(ctx, hero, "falseLogout"), s.Queue(ctx, hero, 12)); err != nil {
				return err
			}
			return s.Await(ctx, func(all []botapi.Message) bool {
				return page.HasButton(all, demoButton(words.Reboot, hero))
			})
		}, 2 * time.Second},
		{page.Text{
			EN: "{time}. The phone rings: what happened, since when, what it costs, and what to do, in the order of doing.",
			RU: "{time}. Звонит телефон: что случилось, с каких пор, чем грозит и что делать, по порядку.",
		}, nil, 7 * time.Second},
	}
}

func demoCure() []demoScene {
	return []demoScene{
		{page.Text{
			EN: "The operator presses Reboot. The bot asks whether it is meant, and takes the answer from the same person alone.",
			RU: "Дежурный нажимает «Перезагрузить». Бот переспрашивает и примет ответ только от него же.",
		}, func(ctx context.Context, s *page.Stage, hero string) error {
			return s.Press(ctx, demoButton(words.Reboot, hero))
		}, 5 * time.Second},
		{page.Text{
			EN: "Confirmed. The number restarts, once; the alert follows what comes of it.",
			RU: "Подтверждено. Номер перезагружается, один раз; тревога показывает, что из этого вышло.",
		}, func(ctx context.Context, s *page.Stage, hero string) error {
			if err := s.Press(ctx, demoButton(words.Confirm, hero)); err != nil {
				return err
			}
			return s.Await(ctx, func(all []botapi.Message) bool {
				return !page.HasButton(all, demoButton(words.Reboot, hero))
			})
		}, time.Second},
		{page.Text{
			EN: "{time}. It works again, and the same message says so. The logout was a false one.",
			RU: "{time}. Снова работает, и об этом говорит то же сообщение. Выход был ложным.",
		}, nil, 7 * time.Second},
	}
}

func demoOutage() []demoScene {
	fault := func(kind instanceapi.Kind) func(context.Context, *page.Stage, string) error {
		return func(ctx context.Context, s *page.Stage, _ string) error {
			return s.Break(ctx, instanceapi.PoolScope(demoPool), kind)
		}
	}
	return []demoScene{
		{page.Text{
			EN: "{time}. GREEN-API breaks for eight numbers. That is told silently: the numbers may be well, they are only out of sight.",
			RU: "{time}. GREEN-API ломается для восьми номеров. Об этом сказано без звука: номера могут быть целы, их просто не видно.",
		}, fault(instanceapi.BadGateway), 17 * time.Second},
		{page.Text{
			EN: "{time}. The outage is over, and the message says so. Nobody had to get up.",
			RU: "{time}. Сбой прошёл, и сообщение говорит об этом. Вставать никому не пришлось.",
		}, fault(""), 8 * time.Second},
	}
}

func demoStorm() []demoScene {
	return []demoScene{
		{page.Text{
			EN: "{time}. Forty numbers drop out together. Not forty messages: one, that grows by edits.",
			RU: "{time}. Сорок номеров падают разом. Не сорок сообщений: одно, и оно растёт правками.",
		}, func(_ context.Context, s *page.Stage, _ string) error {
			return s.Storm(40, 16*time.Second)
		}, 16 * time.Second},
		{page.Text{
			EN: "{time}. They come back one after another, and the message keeps count.",
			RU: "{time}. Они возвращаются один за другим, и сообщение ведёт счёт.",
		}, nil, 20 * time.Second},
	}
}
