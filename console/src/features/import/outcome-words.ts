import type { Schemas } from '../../api/client'
import { whole } from '../../api/format'
import { rowRuleWords, valueRuleWords } from '../../formats/rules'

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

/** A rule in words about the value or the row that breaks it, as the list of reasons and the cells show it. */
export const ruleWords = (rule: string): string =>
  valueRuleWords(rule) ?? rowRuleWords(rule) ?? `breaks the rule ${rule.replaceAll('_', ' ')}`

const TYPES = /is (not a (?:whole number|number|date with a time of day|date)|neither yes nor no)/
const FAULT = / ((?:is|has|does|holds|was) .+?)\. [A-Z]/

const KEPT = /^Row (\d+) has the same key/

/** Why a cell is red, in the few words that fit into it: the gate's own without the column, else those of the rule. */
export function flawWords({ rule, reason }: Schemas['GridFlaw']): string {
  const kept = KEPT.exec(reason)?.[1]
  if (kept && rule === 'duplicate_key') return `has the key of row ${kept}, which was kept`
  const ofType = rule === 'type' ? TYPES.exec(reason)?.[1] : FAULT.exec(reason)?.[1]
  return ofType ?? ruleWords(rule)
}

/** Why a cell is red and what to do: the gate's sentences, else the words of the rule. */
export const flawReason = (flaw: Schemas['GridFlaw']): string => flaw.reason || ruleWords(flaw.rule)
