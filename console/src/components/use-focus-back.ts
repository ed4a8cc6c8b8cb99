import { useEffect, useState } from 'react'

/**
 * Gives the focus back when a dialog that is drawn only while it is open has closed, so that the keyboard goes on where
 * it was: to the element that had it, or to the button of the menu from which the dialog came.
 */
export function useFocusBack(): void {
  const [opener] = useState(openerNow)
  useEffect(
    () => () => {
      setTimeout(() => {
        const isLost = document.activeElement === null || document.activeElement === document.body
        if (isLost) opener()?.focus({ preventScroll: true })
      })
    },
    [opener],
  )
}

/** The way to the element with the focus; the items of a menu are gone once the dialog closes. */
function openerNow(): () => HTMLElement | null {
  const before = document.activeElement
  const button = before?.closest('[role="menu"]')?.getAttribute('aria-labelledby')
  return () => (button ? document.getElementById(button) : before instanceof HTMLElement ? before : null)
}
