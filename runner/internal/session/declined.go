package session

import (
	"regexp"
	"strings"
)

// What a refusal in words begins with: an apology, or that it is no person.
var preamble = regexp.MustCompile(`^(?:(?:i'm|i am) (?:very |so |really )?(?:sorry|afraid)|sorry|(?:my )?apologies|i apologi[sz]e|unfortunately|as an? (?:ai|artificial|language|large language)\b[^,.]*)[,.;:!]?(?: but| that)? *`)

// The refusal itself: of writing a person, or of that.
var refusal = regexp.MustCompile(`^(?:i|we) (?:(?:must|have to) decline|(?:can't|cannot|can not|won't|will not|(?:would )?prefer not to|would rather not|decline to|refuse to|(?:am|are) (?:unable|not able) to) (?:comply|(?:create|make|invent|generate|write|provide|produce|come up|describe|fulfill?|assist|help|do)\b[^.]{0,40}\b(?:persona|person|people|profile|character|individual|someone|somebody|request|that|this)))`)

// declined reports whether a text that was to be generated is a refusal in
// words. It is narrow on purpose: the text has to begin with the refusal. One
// that is missed can be seen in respondents.persona_text; a persona that is
// taken for a refusal ("I can't sit still", "I am an AI engineer") is lost.
func declined(text string) bool {
	s := strings.NewReplacer("’", "'", "*", "", "i'm unable", "i am unable", "i'm not able", "i am not able").Replace(strings.ToLower(text))
	s = strings.Join(strings.Fields(s), " ")
	for {
		rest := preamble.ReplaceAllString(s, "")
		if rest == s {
			return refusal.MatchString(s)
		}
		s = rest
	}
}
