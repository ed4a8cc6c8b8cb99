import type { Schemas } from '../../api/client'
import { whole } from '../../api/format'
import { valueRuleWords } from '../../formats/rules'

type Counted = Pick<Schemas['DryRun'], 'accepted' | 'quarantined' | 'duplicates'>

/** What a commit does: `57 in, 3 wait, 2 duplicates`. */
export function outcome({ accepted, quarantined, duplicates }: Counted): string {
  return [
    `${whole(accepted)} in`,
    quarantined > 0 ? `${whole(quarantined)} ${quarantined === 1 ? 'waits' : 'wait'}` : '',
    duplicates > 0 ? `${whole(duplicates)} ${duplicates === 1 ? 'duplicate' : 'duplicates'}` : '',
  ]
    .filter(Boolean)
    .join(', ')
}

/** Whether nearly all rows have the key of another row: the column of the key is probably another one. */
export const isMostlyDuplicates = ({ accepted, quarantined, duplicates }: Counted): boolean =>
  duplicates > accepted && 2 * duplicates > accepted + quarantined + duplicates

const RULES: Record<string, string> = {
  required: 'is empty, and a value is required',
  type: 'cannot be read as its type',
  ragged_row: 'has another number of cells than the header',
  footer: 'stands below the table',
  duplicate_row: 'is the same as another row',
  duplicate_key: 'has the key of another row, which is newer or was kept',
  unique: 'has a value that must be unique and comes twice',
  valid_values: 'is none of the permitted values',
  minimum: 'is below the minimum',
  maximum: 'is above the maximum',
  card_number: 'holds a card number',
  undeclared_card_number: 'holds a card number',
}

/** A rule in words, as the list of reasons shows it. */
export const ruleWords = (rule: string): string =>
  RULES[rule] ?? valueRuleWords(rule) ?? `breaks the rule ${rule.replaceAll('_', ' ')}`

const TYPES: [RegExp, string][] = [
  [/^is no (decimal|double|float|(small|big)?int)/, 'no number'],
  [/^is no date/, 'no date'],
  [/^is no timestamp/, 'no date with a time of day'],
  [/^is no bool/, 'neither yes nor no'],
]

/** Why a cell is red: the gate's own words where it gave some. */
export function flawWords(flaw: Schemas['GridFlaw']): string {
  const ofType = TYPES.find(([pattern]) => pattern.test(flaw.reason))
  if (ofType) return ofType[1]
  return flaw.reason && flaw.rule !== 'duplicate_key' && flaw.rule !== 'duplicate_row'
    ? flaw.reason
    : ruleWords(flaw.rule)
}
