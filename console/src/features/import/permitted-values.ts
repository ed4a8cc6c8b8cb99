import type { Schemas } from '../../api/client'
import type { Format } from './edits'
import type { Choice } from './map-form'

const TRUE = ['true', 't', '1']
const FALSE = ['false', 'f', '0']

const wordsOf = (words: unknown): string[] => (Array.isArray(words) ? words.map(String) : [])

/** Yes and no in the words of a file's format, as its cells are read after the map. */
function truths(format: Format | undefined): Choice[] {
  const [yes, no] = [wordsOf(format?.trueWords), wordsOf(format?.falseWords)]
  const choice = (name: 'yes' | 'no', own: string[], plain: string[]): Choice => {
    const value = own[0] ?? plain[0] ?? ''
    const also = (own.length > 0 ? own : plain).map((word) => word.toLowerCase())
    const means = name === 'yes' ? 'true' : 'false'
    return { value, label: value === name ? name : `${name} (${value})`, also, means }
  }
  return [choice('yes', yes, TRUE), choice('no', no, FALSE)]
}

/** The values that a field may have: those that its contract lists, yes and no; none where any text is permitted. */
export function permittedValues(
  field: Schemas['ContractField'] | undefined,
  format: Format | undefined,
): Choice[] {
  if (field?.type.startsWith('boolean')) return truths(format ?? field.declared_format)
  return (field?.allowed ?? []).map((value) => ({ value, label: value }))
}
