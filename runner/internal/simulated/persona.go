package simulated

import (
	"strconv"
	"strings"
)

// persona writes two or three sentences about a made-up person. The values that
// show are a value and a neighbour of it on the circle; everything else is
// drawn freely.
func persona(k key) string {
	pick := func(index uint64, list []string) string {
		return list[k.below(streamPersona, index, len(list))]
	}
	who := people[k.below(streamPersona, 0, len(people))]
	first := k.below(streamPersona, 1, valueCount)
	second := (first + valueCount - 3 + k.below(streamPersona, 2, 7)) % valueCount
	age := 19 + k.below(streamPersona, 3, 58)

	var b strings.Builder
	b.WriteString(who.name)
	b.WriteString(" is a")
	if age >= 80 && age < 90 {
		b.WriteByte('n')
	}
	b.WriteByte(' ')
	b.WriteString(strconv.Itoa(age))
	b.WriteString("-year-old ")
	b.WriteString(pick(4, jobs))
	b.WriteString(" from ")
	b.WriteString(pick(5, places))
	b.WriteString(" who ")
	b.WriteString(traits[first][k.below(streamPersona, 6, len(traits[first]))])
	b.WriteString(". ")
	b.WriteString(who.subject)
	b.WriteByte(' ')
	b.WriteString(traits[second][k.below(streamPersona, 7, len(traits[second]))])
	if k.below(streamPersona, 8, 3) == 0 {
		b.WriteString(" and ")
		b.WriteString(pick(9, pastimes))
		b.WriteByte('.')
		return b.String()
	}
	b.WriteString(". ")
	b.WriteString(pick(10, openers))
	b.WriteString(lower(who.subject))
	b.WriteByte(' ')
	b.WriteString(pick(9, pastimes))
	b.WriteByte('.')
	return b.String()
}

var people = [...]struct{ name, subject string }{
	{"Maria", "She"}, {"Jonas", "He"}, {"Aisha", "She"}, {"Daniel", "He"}, {"Mei", "She"}, {"Carlos", "He"},
	{"Ingrid", "She"}, {"Tariq", "He"}, {"Leila", "She"}, {"Piotr", "He"}, {"Grace", "She"}, {"Kofi", "He"},
	{"Hana", "She"}, {"Luca", "He"}, {"Priya", "She"}, {"Samuel", "He"}, {"Elena", "She"}, {"Hiroshi", "He"},
	{"Ruth", "She"}, {"Mateo", "He"}, {"Nadia", "She"}, {"Owen", "He"}, {"Zoe", "She"}, {"Bashir", "He"},
	{"Clara", "She"}, {"Viktor", "He"}, {"Amara", "She"}, {"Noah", "He"}, {"Sofia", "She"}, {"Emil", "He"},
}

var jobs = []string{
	"nurse", "carpenter", "accountant", "teacher", "bus driver", "software engineer", "baker", "lawyer", "librarian",
	"electrician", "shop owner", "graphic designer", "paramedic", "gardener", "biologist", "sales manager", "chef",
	"journalist", "mechanic", "social worker", "architect", "musician", "pharmacist", "farmer", "translator",
	"police officer", "retired postal worker", "student", "cleaner", "plumber",
}

var places = []string{
	"a small coastal town", "the outskirts of a big city", "a mountain village", "a busy port", "a quiet suburb",
	"the old centre of a university town", "a mining region", "the plains", "a fishing village", "a large apartment block",
	"an island in the north", "a market town", "a steel city", "the wine country", "a crowded capital",
}

var pastimes = []string{
	"plays the guitar in the evenings", "swims three mornings a week", "grows tomatoes on the balcony", "collects old postcards",
	"runs along the canal before breakfast", "bakes bread on Sundays", "follows the local football club", "reads crime novels in bed",
	"knits sweaters for winter", "plays chess by post", "repairs bicycles in the garage", "sings in a choir",
	"walks the dog at dawn", "watches old films", "paints small watercolours", "solves crosswords over coffee",
}

var openers = []string{"On free days ", "Most weekends ", "After work ", "When there is time ", "To unwind, "}

// traits are things said of a person in which a value shows.
var traits = [valueCount][]string{
	sdt: {"is curious about everything and loves forming original ideas", "trusts an opinion only after long and creative thinking", "has a restless imagination and enjoys inventing things"},
	sda: {"insists on deciding freely and living independently", "makes every choice without asking for permission", "guards a hard-won freedom and autonomy"},
	st:  {"longs for adventure and exciting new experiences", "takes risks for the thrill of it", "is drawn to surprises and unfamiliar challenges"},
	he:  {"takes pleasure in good food and wine and likes to have fun", "never misses a party and indulges whenever possible", "enjoys every comfort and delight of the day"},
	ac:  {"is ambitious and works hard for success", "sets high goals and wants to be admired for every accomplishment", "is driven to excel and to achieve more than colleagues"},
	pod: {"likes to be in charge and to have authority over others", "expects people to obey and gives orders with ease", "seeks influence and dominates most discussions"},
	por: {"dreams of wealth and owns expensive possessions", "measures life in money and luxury", "saves and invests to become rich"},
	fac: {"guards a good reputation and dreads embarrassment", "worries about public image and what others think", "would do anything to avoid shame and humiliation"},
	sep: {"avoids danger and puts personal safety first", "is cautious about health and lives in secure surroundings", "locks every door and takes no risk of illness or injury"},
	ses: {"believes in a strong state and a stable society", "worries about threats to the country and to public order", "wants the nation to be safe and the government firm"},
	tr:  {"keeps the traditions and religious customs of the family", "honours ancestors through old rituals and ceremonies", "finds meaning in faith, heritage and church"},
	cor: {"follows the rules and obeys every law", "always complies with regulations even when nobody is watching", "believes that rules are there to be kept"},
	coi: {"is polite and never wants to upset or annoy anyone", "avoids irritating others and chooses words with tact", "takes great care not to offend or disturb"},
	hum: {"is humble and shuns the spotlight", "stays modest and never boasts", "avoids public recognition and asks for no credit"},
	bed: {"is a loyal and dependable friend", "keeps every promise and is trusted by all friends", "is reliable and trustworthy to the last"},
	bec: {"cares deeply for the wellbeing of loved ones", "helps people close by and supports them warmly", "is devoted to caring for those dear at heart"},
	unc: {"fights for justice and equal rights for the weak", "speaks up for the poor and vulnerable in society", "is outraged by unfair treatment and oppression"},
	unn: {"wants to protect nature and the environment", "campaigns against pollution and for wildlife", "feels closest to animals, forests and the planet"},
	unt: {"is tolerant and accepts people who are different", "listens to strangers with an open-minded ear", "welcomes diversity and tries to understand people who disagree"},
}
