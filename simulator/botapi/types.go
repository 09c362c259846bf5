package botapi

// The shapes that go over the wire: https://core.telegram.org/bots/api#available-types

type user struct {
	ID        int64  `json:"id"`
	IsBot     bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name,omitempty"`
	Username  string `json:"username,omitempty"`
	Language  string `json:"language_code,omitempty"`

	CanJoinGroups  *bool `json:"can_join_groups,omitempty"`
	ReadsAllGroups *bool `json:"can_read_all_group_messages,omitempty"`
	InlineQueries  *bool `json:"supports_inline_queries,omitempty"`
}

type chatInfo struct {
	ID        int64  `json:"id"`
	Type      Kind   `json:"type"`
	Title     string `json:"title,omitempty"`
	Username  string `json:"username,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	IsForum   bool   `json:"is_forum,omitempty"`
}

type entity struct {
	Type        string `json:"type"`
	Offset      int    `json:"offset"` // in UTF-16 code units
	Length      int    `json:"length"` // in UTF-16 code units
	URL         string `json:"url,omitempty"`
	User        *user  `json:"user,omitempty"`
	Language    string `json:"language,omitempty"`
	CustomEmoji string `json:"custom_emoji_id,omitempty"`
	UnixTime    int64  `json:"unix_time,omitempty"`
	TimeFormat  string `json:"date_time_format,omitempty"`
}

type photoSize struct {
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Size     int    `json:"file_size"`
}

type document struct {
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Name     string `json:"file_name,omitempty"`
	Mime     string `json:"mime_type,omitempty"`
	Size     int    `json:"file_size"`
}

type message struct {
	ID             int       `json:"message_id"`
	Thread         int       `json:"message_thread_id,omitempty"`
	From           *user     `json:"from,omitempty"`
	SenderChat     *chatInfo `json:"sender_chat,omitempty"`
	Signature      string    `json:"author_signature,omitempty"`
	Date           int64     `json:"date"`
	EditDate       int64     `json:"edit_date,omitempty"`
	Chat           chatInfo  `json:"chat"`
	IsTopicMessage bool      `json:"is_topic_message,omitempty"`
	ReplyTo        *message  `json:"reply_to_message,omitempty"`
	Protected      bool      `json:"has_protected_content,omitempty"`

	Text            string      `json:"text,omitempty"`
	Entities        []entity    `json:"entities,omitempty"`
	Photo           []photoSize `json:"photo,omitempty"`
	Document        *document   `json:"document,omitempty"`
	Caption         string      `json:"caption,omitempty"`
	CaptionEntities []entity    `json:"caption_entities,omitempty"`
	ReplyMarkup     *keyboard   `json:"reply_markup,omitempty"`

	*service
}

// service is what happened instead of something being said.
type service struct {
	Joined      []user        `json:"new_chat_members,omitempty"`
	Left        *user         `json:"left_chat_member,omitempty"`
	MigrateTo   int64         `json:"migrate_to_chat_id,omitempty"`
	MigrateFrom int64         `json:"migrate_from_chat_id,omitempty"`
	Pinned      *message      `json:"pinned_message,omitempty"`
	TopicOpened *topicCreated `json:"forum_topic_created,omitempty"`
	TopicClosed *struct{}     `json:"forum_topic_closed,omitempty"`
	TopicAgain  *struct{}     `json:"forum_topic_reopened,omitempty"`
}

type topicCreated struct {
	Name      string `json:"name"`
	IconColor int    `json:"icon_color"`
}

// inaccessible stands for a message that the bot can no longer see; its date is always 0.
type inaccessible struct {
	Chat chatInfo `json:"chat"`
	ID   int      `json:"message_id"`
	Date int64    `json:"date"`
}

type callbackQuery struct {
	ID           string `json:"id"`
	From         user   `json:"from"`
	Message      any    `json:"message,omitempty"` // message or inaccessible
	InlineID     string `json:"inline_message_id,omitempty"`
	ChatInstance string `json:"chat_instance"`
	Data         string `json:"data"`
}

type memberUpdated struct {
	Chat chatInfo `json:"chat"`
	From user     `json:"from"`
	Date int64    `json:"date"`
	Old  any      `json:"old_chat_member"`
	New  any      `json:"new_chat_member"`
}
