import { Anchor, Stack, Text, Title } from '@mantine/core'
import { isRouteErrorResponse, useRouteError } from 'react-router'

export function NotFound() {
  const error = useRouteError()
  const message =
    isRouteErrorResponse(error) || !(error instanceof Error) ? 'No page has this address.' : error.message
  return (
    <Stack p="lg">
      <Title order={1} size="h3">
        This page cannot be shown
      </Title>
      <Text>{message}</Text>
      <Anchor href="#/">Open the lake</Anchor>
    </Stack>
  )
}
