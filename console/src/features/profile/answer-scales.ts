/** Scales of answers in surveys, each from its best answer to its worst, in English and German. */
const SCALES: readonly (readonly (readonly string[])[])[] = [
  [
    ['very satisfied', 'extremely satisfied', 'completely satisfied', 'sehr zufrieden'],
    [
      'satisfied',
      'somewhat satisfied',
      'rather satisfied',
      'mostly satisfied',
      'zufrieden',
      'eher zufrieden',
    ],
    [
      'neither satisfied nor dissatisfied',
      'neither',
      'neutral',
      'teils/teils',
      'teils, teils',
      'weder noch',
      'weder zufrieden noch unzufrieden',
    ],
    [
      'dissatisfied',
      'somewhat dissatisfied',
      'rather dissatisfied',
      'unsatisfied',
      'unzufrieden',
      'eher unzufrieden',
    ],
    ['very dissatisfied', 'extremely dissatisfied', 'very unsatisfied', 'sehr unzufrieden'],
  ],
  [
    [
      'strongly agree',
      'completely agree',
      'stimme voll zu',
      'stimme voll und ganz zu',
      'trifft voll zu',
      'trifft voll und ganz zu',
      'trifft zu',
    ],
    ['agree', 'stimme zu'],
    ['somewhat agree', 'rather agree', 'slightly agree', 'stimme eher zu', 'trifft eher zu'],
    [
      'neither agree nor disagree',
      'neither',
      'neutral',
      'undecided',
      'unentschieden',
      'teils/teils',
      'teils, teils',
      'weder noch',
    ],
    [
      'somewhat disagree',
      'rather disagree',
      'slightly disagree',
      'stimme eher nicht zu',
      'lehne eher ab',
      'trifft eher nicht zu',
    ],
    ['disagree', 'stimme nicht zu', 'lehne ab', 'trifft nicht zu'],
    [
      'strongly disagree',
      'completely disagree',
      'stimme überhaupt nicht zu',
      'stimme gar nicht zu',
      'trifft überhaupt nicht zu',
      'trifft gar nicht zu',
    ],
  ],
  [
    ['always', 'immer'],
    ['very often', 'sehr oft', 'sehr häufig'],
    ['often', 'usually', 'frequently', 'oft', 'häufig'],
    ['sometimes', 'occasionally', 'manchmal', 'gelegentlich'],
    ['rarely', 'seldom', 'selten'],
    ['very rarely', 'sehr selten'],
    ['never', 'nie', 'niemals'],
  ],
  [
    ['very likely', 'extremely likely', 'sehr wahrscheinlich'],
    ['likely', 'somewhat likely', 'wahrscheinlich', 'eher wahrscheinlich'],
    ['neither likely nor unlikely', 'neither', 'neutral', 'teils/teils', 'weder noch'],
    ['unlikely', 'somewhat unlikely', 'unwahrscheinlich', 'eher unwahrscheinlich'],
    ['very unlikely', 'extremely unlikely', 'sehr unwahrscheinlich'],
  ],
  [
    ['extremely important', 'äußerst wichtig'],
    ['very important', 'sehr wichtig'],
    ['important', 'wichtig'],
    [
      'moderately important',
      'somewhat important',
      'rather important',
      'neutral',
      'eher wichtig',
      'teils/teils',
    ],
    ['slightly important', 'rather unimportant', 'weniger wichtig', 'eher unwichtig'],
    ['not important', 'unimportant', 'nicht wichtig', 'unwichtig'],
    ['not at all important', 'very unimportant', 'überhaupt nicht wichtig', 'gar nicht wichtig'],
  ],
  [
    ['excellent', 'ausgezeichnet', 'hervorragend'],
    ['very good', 'sehr gut'],
    ['good', 'gut'],
    ['fair', 'average', 'okay', 'ok', 'neutral', 'neither', 'befriedigend', 'mittel', 'mittelmäßig'],
    ['ausreichend'],
    ['poor', 'bad', 'schlecht', 'mangelhaft'],
    ['very poor', 'very bad', 'terrible', 'sehr schlecht', 'ungenügend'],
  ],
]

const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/\s*\/\s*/g, '/')
    .replace(/\s+/g, ' ')

/** An answer that begins with its number, such as `1 - never` or `5 (very good)`. */
const NUMBERED = /^(\d{1,2})(?:$|[\s.:)(=–-])/

/**
 * The place of each answer on the scale that all of them are of; undefined where they are of none.
 *
 * @example placesOnScale(['Neutral', 'Very satisfied']) // [2, 0]
 */
export function placesOnScale(answers: readonly string[]): number[] | undefined {
  if (answers.length < 2) return undefined
  const numbers = answers.map((answer) => NUMBERED.exec(answer.trim())?.[1])
  if (numbers.every((number) => number !== undefined)) return numbers.map(Number)
  const texts = answers.map(plain)
  for (const scale of SCALES) {
    const places = texts.map((text) => scale.findIndex((words) => words.includes(text)))
    if (places.every((place) => place >= 0) && new Set(places).size > 1) return places
  }
  return undefined
}
