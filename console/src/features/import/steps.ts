import type { Edits, Step } from './edits'

type Texts = Readonly<Record<string, string | null>>

/** The texts of a row by column after the steps, as the gate reads them; countries stay as they are written. */
export const afterSteps = (steps: Step[], texts: Texts): Texts =>
  steps.reduce<Texts>((row, step) => ({ ...row, ...changedBy(step, row) }), texts)

function changedBy({ kind, column, text, search, values, into }: Step, row: Texts): Texts {
  const own = row[column] ?? null
  if (kind === 'map') {
    const key = own?.trim() ?? ''
    return {
      [column]: own !== null && Object.hasOwn(values, key) ? (values[key] ?? own) : own,
    }
  }
  if (kind === 'replace')
    return {
      [column]: search ? (own?.replaceAll(search, () => text) ?? null) : own,
    }
  if (kind === 'default') return { [column]: own?.trim() ? own : text }
  if (kind === 'join') {
    const texts = into.map((name) => row[name] ?? null)
    return {
      [column]: texts.every((part) => part !== null) ? texts.join(text) : null,
    }
  }
  if (kind !== 'split') return {}
  const parts = own?.split(text) ?? []
  const last = into.length - 1
  return Object.fromEntries(
    into.map((name, place) => [
      name,
      (place === last ? parts.slice(last).join(text) : (parts[place] ?? '')).trim() || null,
    ]),
  )
}

/** The step that maps the values of a column; the newest of several. */
export const mapOf = ({ steps }: Edits, column: string): Step | undefined =>
  steps.findLast((step) => step.kind === 'map' && step.column === column)

/** Rows by value of a column as a map finds them: after the steps before it. */
export function valuesBefore(
  { steps }: Edits,
  column: string,
  values: Readonly<Record<string, number>>,
  map: Step | undefined,
): [string, number][] {
  const before = map ? steps.slice(0, steps.indexOf(map)) : steps
  const counts = new Map<string, number>()
  for (const [value, rows] of Object.entries(values)) {
    const text = (afterSteps(before, { [column]: value })[column] ?? '').trim()
    counts.set(text, (counts.get(text) ?? 0) + rows)
  }
  return [...counts]
}

/** The text that fills the empty cells of a column; empty for none. */
export const filledWith = ({ steps }: Edits, column: string): string =>
  steps.findLast((step) => step.kind === 'default' && step.column === column)?.text ?? ''

/** Rows by value of a column after all steps. */
export const valuesAfter = (
  edits: Edits,
  column: string,
  values: Readonly<Record<string, number>>,
): [string, number][] => valuesBefore(edits, column, values, undefined)

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .trim()

/** A name without the signs between its letters; those beside a digit are a part of the value. */
const folded = (text: string): string => plain(text).replace(/(?<=\p{L})[^\p{L}\p{N}]+(?=\p{L})/gu, '')

/** A name in which an umlaut is one letter, also if it was typed as two: `Kueche` is `kuche`. */
const withoutUmlauts = (text: string): string =>
  folded(text)
    .replaceAll('ß', 'ss')
    .replace(/([aou])e/g, '$1')

/** The listed value that a value means, equal but for case, accents and the signs between letters; empty for none. */
export const meantBy = (value: string, listed: string[]): string =>
  listed.find((each) => plain(each) === plain(value)) ??
  listed.find((each) => folded(each) === folded(value)) ??
  listed.find((each) => withoutUmlauts(each) === withoutUmlauts(value)) ??
  ''

/** The most frequent spelling of a value among those that differ in case and accents; empty if it is that one. */
export function usualSpelling(value: string, values: [string, number][]): string {
  const alike = values.filter(([each]) => plain(each) === plain(value))
  const [usual = ''] = alike.toSorted(([, one], [, other]) => other - one).map(([each]) => each)
  return usual === value ? '' : usual
}

/**
 * A step of a column in the few words that fit above it.
 *
 * @example chipWords(replace) // '“Z-” → nothing'
 */
export function chipWords({ kind, text, search, values }: Step): string {
  if (kind === 'map') {
    const pairs = Object.entries(values)
    const [from, to] = pairs[0] ?? ['', '']
    return pairs.length === 1 ? `${from} = ${to || 'empty'}` : `${pairs.length} values mapped`
  }
  if (kind === 'replace') return `“${search}” → ${text || 'nothing'}`
  if (kind === 'default') return `empty: ${text}`
  return kind === 'split' ? `split at “${text}”` : ''
}

/** Everything that a step does, line by line. */
export const chipTitle = (step: Step): string =>
  step.kind === 'map'
    ? Object.entries(step.values)
        .map(([from, to]) => `${from} = ${to || 'empty'}`)
        .join('\n')
    : chipWords(step)
