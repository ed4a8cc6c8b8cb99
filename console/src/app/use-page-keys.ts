import { useEffect, useRef } from 'react'
import { useNavigate } from 'react-router'

import { PAGES } from './pages'

const MOST_MS = 1500
/** Buttons and choices take no text, so a letter there is a key of the page. */
const TAKES_TEXT = 'input:not([type=radio], [type=checkbox], [type=button], [type=submit])'
const TYPED_INTO = `${TAKES_TEXT}, textarea, select, [contenteditable=true], [role=grid], [role=dialog]`

/** Whether a key is typed into something, or is part of a shortcut of the browser. */
export const isTyped = (event: KeyboardEvent): boolean =>
  Boolean((event.target as Element | null)?.closest?.(TYPED_INTO)) ||
  event.ctrlKey ||
  event.metaKey ||
  event.altKey

/** Opens a page by `g` and its letter, where nobody types. */
export function usePageKeys(): void {
  const goTo = useNavigate()
  const begun = useRef(-MOST_MS)
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (isTyped(event)) return
      const isSecond = event.timeStamp - begun.current < MOST_MS
      begun.current = event.key === 'g' && !isSecond ? event.timeStamp : -MOST_MS
      const page = isSecond ? PAGES.find(({ key }) => key === event.key) : undefined
      if (!page) return
      // The letter decides nothing on the page that is left, such as in a work queue.
      event.preventDefault()
      event.stopPropagation()
      void goTo(page.to)
    }
    window.addEventListener('keydown', press, { capture: true })
    return () => window.removeEventListener('keydown', press, { capture: true })
  }, [goTo])
}
