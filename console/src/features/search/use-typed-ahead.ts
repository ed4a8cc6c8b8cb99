import { useCallback, useEffect, useRef } from 'react'

/**
 * Collects the keys that are typed between the opening of the search and the focus of its field, whose code may still load.
 *
 * @returns to be called once the field has the focus: from then on it takes the keys itself.
 */
export function useTypedAhead(
  isOpen: boolean,
  change: (next: (typed: string) => string) => void,
): () => void {
  const isFocused = useRef(false)
  useEffect(() => {
    if (!isOpen) return
    isFocused.current = false
    function press(event: KeyboardEvent): void {
      if (isFocused.current || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === 'Backspace') change((typed) => typed.slice(0, -1))
      else if (event.key.length === 1) change((typed) => typed + event.key)
      else return
      // The key decides nothing on the page below, such as in a work queue.
      event.preventDefault()
      event.stopPropagation()
    }
    window.addEventListener('keydown', press, { capture: true })
    return () => window.removeEventListener('keydown', press, { capture: true })
  }, [isOpen, change])
  return useCallback(() => {
    isFocused.current = true
  }, [])
}
