package telegram

import (
	"fmt"
	"strconv"
	"strings"
)

// Address says where a message goes: a chat, and in a forum one of its topics. It is comparable.
type Address struct {
	Chat  int64 // negative for groups and channels
	Topic int   // message_thread_id; 0 is the General topic, or a chat without topics
}

// generalTopic is the id of a forum's General topic, which the Bot API shows but refuses as message_thread_id.
const generalTopic = 1

// String gives "chat" or "chat/topic", the form that ParseAddress reads.
func (a Address) String() string {
	if a.Topic == 0 {
		return strconv.FormatInt(a.Chat, 10)
	}
	return fmt.Sprintf("%d/%d", a.Chat, a.Topic)
}

// ParseAddress reads "chat" or "chat/topic". Topic 1 is General and becomes 0.
func ParseAddress(s string) (Address, error) {
	chatText, topicText, hasTopic := strings.Cut(strings.TrimSpace(s), "/")
	chat, err := strconv.ParseInt(chatText, 10, 64)
	if err != nil || chat == 0 {
		return Address{}, fmt.Errorf("telegram: reading the address %q: the chat must be a number such as 123456789 or -1001234567890", s)
	}
	if !hasTopic {
		return Address{Chat: chat}, nil
	}
	topic, err := strconv.ParseInt(topicText, 10, 32)
	if err != nil || topic < generalTopic {
		return Address{}, fmt.Errorf("telegram: reading the address %q: the topic must be a positive number, as in -1001234567890/42", s)
	}
	return newAddress(chat, int(topic)), nil
}

func newAddress(chat int64, topic int) Address {
	if topic == generalTopic {
		topic = 0
	}
	return Address{Chat: chat, Topic: topic}
}
