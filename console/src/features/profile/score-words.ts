import { count, figure } from '../../api/format'

/** What each part of the score counts against a file. The age of the data is not counted: a file of history is old. */
const REDUCES: Record<string, string> = {
  completeness: 'of the required cells are empty',
  validity: 'of the rows have a value that is not permitted',
  uniqueness: 'of the rows repeat a row of the file',
  consistency: 'of the rows contradict themselves',
}

/**
 * The quality of a file with what reduces it.
 *
 * @example scoreWords({ validity: '0.9', uniqueness: '1' }) // 'Quality 0.95 of 1: 10 % of the rows have …'
 */
export function scoreWords(score: Readonly<Record<string, unknown>>): string {
  const parts = Object.keys(REDUCES)
    .map((name) => [name, Number(score[name])] as const)
    .filter(([, value]) => Number.isFinite(value))
  if (parts.length === 0) return ''
  const mean = parts.reduce((sum, [, value]) => sum + value, 0) / parts.length
  const reduced = parts
    .filter(([, value]) => value < 1)
    .map(([name, value]) => `${shareWords(1 - value)} ${REDUCES[name]}`)
  if (reduced.length === 0)
    return 'Quality 1 of 1: no required cell is empty, and no row is not permitted, repeated or contradictory. Columns that may be empty are not counted.'
  const others = parts.length - reduced.length
  const rest = others > 0 ? `; the other ${others === 1 ? 'part is' : `${others} parts are`} 1` : ''
  return `Quality ${belowOne(mean)} of 1, the mean of ${count(parts.length, 'part')}: ${reduced.join(', ')}${rest}.`
}

/** A score below 1 is never rounded up to it. */
const belowOne = (score: number): string =>
  figure(String(Math.min(score, Math.floor(score * 100) / 100)), 'score')

/** A share above 0 is never rounded down to it. */
const shareWords = (share: number): string =>
  share < SMALLEST_SHARE ? `less than ${figure(SMALLEST_SHARE, 'share')}` : figure(share, 'share')

const SMALLEST_SHARE = 0.001
