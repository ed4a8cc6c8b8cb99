import { ActionIcon, TextInput, type TextInputProps } from '@mantine/core'
import { useRef, useState } from 'react'

import { day, noDayWords, readDay } from '../formats/moments'

export interface DayInputProps extends Pick<TextInputProps, 'label' | 'size' | 'className' | 'w'> {
  /** ISO 8601; empty for no day. */
  value: string
  onChange: (day: string) => void
  /** A typed text that is no day; without it the day before stays. */
  onUnread?: (text: string) => void
  min?: string | undefined
  max?: string | undefined
  isFocused?: boolean
  /** What an empty field means; an example of a day where one is needed. */
  placeholder?: string
}

/** A day that is written as on all pages, `6 Dec 2010`, or typed as ISO 8601. The calendar is the browser's. */
export function DayInput({
  value,
  onChange,
  onUnread,
  min,
  max,
  isFocused = false,
  placeholder = 'any day',
  ...field
}: DayInputProps) {
  const [typed, setTyped] = useState<string>()
  const calendar = useRef<HTMLInputElement>(null)
  const isRead = typed === undefined || typed.trim() === '' || readDay(typed) !== undefined
  function type(text: string): void {
    setTyped(text)
    const read = text.trim() === '' ? '' : readDay(text)
    if (read === undefined) onUnread?.(text)
    else onChange(read)
  }
  return (
    <TextInput
      {...field}
      {...(isFocused ? { 'data-autofocus': true } : {})}
      placeholder={placeholder}
      value={typed ?? (value ? day(value) : '')}
      error={isRead ? undefined : noDayWords(typed) || 'Write it as 6 Dec 2010, 06.12.2010 or 2010-12-06'}
      onChange={(event) => type(event.currentTarget.value)}
      onBlur={() => isRead && setTyped(undefined)}
      rightSection={
        <>
          <input
            ref={calendar}
            type="date"
            className="hidden-calendar"
            tabIndex={-1}
            aria-hidden
            min={min}
            max={max}
            value={value}
            onChange={(event) => {
              setTyped(undefined)
              onChange(event.currentTarget.value)
            }}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label="Open the calendar"
            onClick={() => calendar.current?.showPicker()}
          >
            ▾
          </ActionIcon>
        </>
      }
    />
  )
}
