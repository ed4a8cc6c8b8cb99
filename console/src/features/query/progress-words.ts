import { bytes } from '../../api/format'
import { useNow } from '../../components/clock'
import { isBilledBySize } from './scan-words'
import type { Progress } from './use-query-run'

const LEAST_SECONDS = 2

/** How long a query runs, and what it has read; empty for the first moments. */
export function progressWords({ began, scanned_bytes }: Progress, now: number): string {
  const took = Math.floor((now - began) / 1000)
  if (took < LEAST_SECONDS) return ''
  return `runs for ${took} s${isBilledBySize(scanned_bytes) ? ` and has read ${bytes(scanned_bytes)}` : ''}`
}

/** The same while time goes on. */
export function useProgressWords(progress: Progress | undefined): string {
  const now = useNow()
  return progress ? progressWords(progress, now) : ''
}
