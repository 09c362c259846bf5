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
	do      func(ctx context.Context, s *page.Stage) error // nil: nothing
	stay    time.Duration
}

// demoNight is a night at the ops desk: a false logout that a reboot cures, numbers that hang in a start, a campaign that
// is stopped, messages that are about to be lost, a part of GREEN-API that is not to be reached, and forty numbers that
// drop out together. After the first scene rest has the program forget what was before,
// and it starts anew: however often the night is played, it is the same.
func demoNight(rest func(context.Context) error) page.Story {
	scenes := demoScenes()
	return page.Story{Scenes: len(scenes), Play: func(ctx context.Context, s *page.Stage) error {
		err := s.Restore()
		for n, scene := range scenes {
			s.Tell(scene.caption)
			if scene.do != nil {
				err = scene.do(ctx, s)
			}
			if err == nil {
				err = s.Pause(ctx, scene.stay)
			}
			if err == nil && n == 0 { // by now it knows that all is well
				err = errors.Join(rest(ctx), s.Turn(ctx, demoPaces()[0].Key))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}}
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
	return slices.Concat(
		[]demoScene{first}, demoLogout(), demoCure(), demoRunbook(), demoStuck(), demoCampaign(), demoOutage(), demoStorm(), demoProbation(),
		[]demoScene{last},
	)
}

// demoButton is how the data of a button of the program's begin.
func demoButton(do words.Do, id string) string { return string(do) + ":" + id }

// demoAlert waits until a number's alert can be acted on.
func demoAlert(ctx context.Context, s *page.Stage, id string) error {
	return s.Await(ctx, func(all []botapi.Message) bool { return page.HasButton(all, demoButton(words.Reboot, id)) })
}

// demoWorks waits until a number's gate is open again.
func demoWorks(ctx context.Context, s *page.Stage, id string) error {
	return s.Await(ctx, func([]botapi.Message) bool {
		gate := s.Gate(ctx, id)
		return gate.Open && gate.Sure && !gate.Delayed
	})
}

func demoLogout() []demoScene {
	id := demoNumbers[0].id
	return []demoScene{
		{page.Text{
			EN: "{time}. One number is logged out. The API goes on taking messages for it; 12 wait already.",
			RU: "{time}. Один номер разлогинило. API по-прежнему принимает для него сообщения: 12 уже ждут.",
		}, func(ctx context.Context, s *page.Stage) error {
			if err := errors.Join(s.Set(ctx, id, "falseLogout"), s.Queue(ctx, id, 12)); err != nil {
				return err
			}
			return demoAlert(ctx, s, id)
		}, 2 * time.Second},
		{page.Text{
			EN: "{time}. The phone rings: what happened, what it costs, what to do. And the gate is closed: software that asks it sends nothing more.",
			RU: "{time}. Звонит телефон: что случилось, чем грозит, что делать. А шлюз закрыт: программа, которая его спрашивает, больше не шлёт.",
		}, nil, 7 * time.Second},
		{page.Text{
			EN: "Suppose that nobody looks. 22 hours later for this number: GREEN-API drops messages after 24, so it rings once more.",
			RU: "Допустим, никто не смотрит. Для этого номера прошло 22 часа: GREEN-API удаляет сообщения через 24, и телефон звонит ещё раз.",
		}, func(ctx context.Context, s *page.Stage) error {
			return s.Pass(ctx, id, 22*time.Hour)
		}, 8 * time.Second},
	}
}

func demoCure() []demoScene {
	id := demoNumbers[0].id
	return []demoScene{
		{page.Text{
			EN: "The operator presses Reboot. The bot asks whether it is meant, and takes the answer from the same person alone.",
			RU: "Дежурный нажимает «Перезагрузить». Бот переспрашивает и примет ответ только от него же.",
		}, func(ctx context.Context, s *page.Stage) error {
			return s.Press(ctx, demoButton(words.Reboot, id))
		}, 4 * time.Second},
		{page.Text{
			EN: "Confirmed. The number restarts, once; the alert follows what comes of it.",
			RU: "Подтверждено. Номер перезагружается, один раз; тревога показывает, что из этого вышло.",
		}, func(ctx context.Context, s *page.Stage) error {
			if err := s.Press(ctx, demoButton(words.Confirm, id)); err != nil {
				return err
			}
			return demoWorks(ctx, s, id)
		}, 0},
		{page.Text{
			EN: "{time}. It works again, and the same message says so. The logout was a false one; the gate is open.",
			RU: "{time}. Снова работает, и об этом говорит то же сообщение. Выход был ложным; шлюз открыт.",
		}, nil, 6 * time.Second},
	}
}

func demoOutage() []demoScene {
	fault := func(kind instanceapi.Kind) func(context.Context, *page.Stage) error {
		return func(ctx context.Context, s *page.Stage) error {
			return s.Break(ctx, instanceapi.PoolScope(demoPool), kind)
		}
	}
	return []demoScene{
		{page.Text{
			EN: "{time}. GREEN-API breaks for a whole pool. One message for its eight numbers; nobody reboots what is only out of sight, and no gate closes.",
			RU: "{time}. GREEN-API ломается для целого пула. Одно сообщение о восьми номерах; то, чего просто не видно, никто не перезагружает, и шлюзы не закрываются.",
		}, fault(instanceapi.BadGateway), 13 * time.Second},
		{page.Text{
			EN: "{time}. It is over, and one more message says so.",
			RU: "{time}. Сбой прошёл, об этом ещё одно сообщение.",
		}, fault(""), 10 * time.Second},
	}
}

func demoStorm() []demoScene {
	return []demoScene{
		{page.Text{
			EN: "{time}. Forty numbers drop out together. Not forty messages: one, that grows by edits.",
			RU: "{time}. Сорок номеров падают разом. Не сорок сообщений: одно, и оно растёт правками.",
		}, func(_ context.Context, s *page.Stage) error {
			return s.Storm(40, 14*time.Second)
		}, 14 * time.Second},
		{page.Text{
			EN: "{time}. They come back one after another, and the message keeps count.",
			RU: "{time}. Они возвращаются один за другим, и сообщение ведёт счёт.",
		}, func(ctx context.Context, s *page.Stage) error {
			return s.Set(ctx, demoNumbers[3].id, string(instanceapi.Authorized))
		}, 16 * time.Second},
	}
}
