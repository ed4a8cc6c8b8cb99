import { useIsFetching } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useSearchParams } from 'react-router'

const PANEL = 'panel'

/** The address of a dashboard, opened at one of its panels. */
export const panelAddress = (system: string, panel = ''): string =>
  `#/dashboards/${encodeURIComponent(system)}${panel ? `?${PANEL}=${encodeURIComponent(panel)}` : ''}`

/** The panel that the page's address names. The page scrolls to it, and once more when the panels above have their height. */
export function useNamedPanel() {
  const named = useSearchParams()[0].get(PANEL) ?? ''
  const cause = useRef<HTMLDivElement>(null)
  const isReading = useIsFetching() > 0
  const settled = useRef('')
  useEffect(() => {
    if (!named || settled.current === named) return
    cause.current?.scrollIntoView({ block: 'start' })
    if (!isReading) settled.current = named
  }, [named, isReading])
  return { named, cause }
}
