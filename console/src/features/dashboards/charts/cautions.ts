import { axisName } from './chart-parts'
import type { Shown } from '../chart-options'

/** The column of an answer that says why a bar may not be relied on, in a few words; empty for the others. */
export const CAUTION = 'caution'

/** The bars of each caution, as in `Paler bars: north, south (not tested)`; empty without any. */
export function cautionWords({ panel, columns, rows }: Shown): string {
  const [name, caution] = [columns.indexOf(panel.x), columns.indexOf(CAUTION)]
  if (name < 0 || caution < 0) return ''
  const bars = new Map<string, string[]>()
  for (const row of rows) {
    const words = row[caution]
    if (words)
      bars.set(String(words), [...(bars.get(String(words)) ?? []), axisName(String(row[name]), panel.x)])
  }
  const listed = [...bars].map(([words, names]) => `${names.join(', ')} (${words})`)
  return listed.length > 0 ? `Paler bars: ${listed.join('; ')}.` : ''
}
