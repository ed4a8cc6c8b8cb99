import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'

interface Props {
  /** What the button does, such as "Dismiss this file". */
  deed: string
  label: string
  placeholder: string
  size: 'compact-xs' | 'compact-sm'
  isRequired?: boolean
  isPending: boolean
  /** Does it for the reason, and calls `onDone` afterwards. */
  onSend: (reason: string, onDone: () => void) => void
}

/** A button that asks why before it does something. */
export function ReasonForm({ deed, label, placeholder, size, isRequired = false, isPending, onSend }: Props) {
  const [reason, setReason] = useState<string>()
  const close = () => setReason(undefined)
  if (reason === undefined)
    return (
      <Button size={size} variant="default" onClick={() => setReason('')}>
        {deed} …
      </Button>
    )
  return (
    <>
      <TextInput
        size="xs"
        aria-label={label}
        placeholder={placeholder}
        miw={{ base: '10rem', sm: '18rem' }}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button
        size={size}
        disabled={isRequired && !reason.trim()}
        loading={isPending}
        onClick={() => onSend(reason, close)}
      >
        {deed}
      </Button>
      <Button size={size} variant="default" onClick={close}>
        Cancel
      </Button>
    </>
  )
}
