import { Alert, Button, Center, Loader, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'

import { connect } from '../api/client'

/** `config.json` beside the bundle. Without one the API is where the console was loaded from (`headgate serve`). */
interface Config {
  api_url: string
  lake?: string
  sign_in?: { authority: string; client_id: string; sign_out_url?: string }
}

const TOKEN = 'headgate.token'

async function config(): Promise<Config> {
  const response = await fetch('config.json', { cache: 'no-store' }).catch(() => undefined)
  if (response?.ok && response.headers.get('content-type')?.includes('json'))
    return (await response.json()) as Config
  return { api_url: window.location.origin }
}

/** Takes the token that `headgate serve` puts behind `#token=` out of the address. */
function tokenOfAddress(): string | undefined {
  const found = /^#\/?(?:\?)?token=([\w.~-]+)/.exec(window.location.hash)
  if (!found?.[1]) return undefined
  window.history.replaceState(null, '', window.location.pathname + window.location.search + '#/')
  return found[1]
}

type State = 'loading' | 'signed out' | 'signed in' | { error: string }

export function SessionGate({ children }: { children: ReactNode }) {
  const [state, setState] = useState<State>('loading')
  useEffect(() => {
    begin(setState).catch((error: unknown) =>
      setState({ error: error instanceof Error ? error.message : String(error) }),
    )
  }, [])
  if (state === 'signed in') return children
  if (state === 'signed out') return <TokenForm onDone={() => window.location.reload()} />
  if (state === 'loading')
    return (
      <Center h="100vh">
        <Loader aria-label="Loading" />
      </Center>
    )
  return (
    <Center component="main" h="100vh" p="md">
      <Alert color="red" title="Sign-in failed">
        {state.error}{' '}
        <Button
          size="xs"
          mt="sm"
          onClick={() => window.location.assign(window.location.pathname)}
          children="Try again"
        />
      </Alert>
    </Center>
  )
}

async function begin(set: (state: State) => void): Promise<void> {
  const settings = await config()
  const apiUrl = settings.api_url.replace(/\/$/, '')
  if (settings.sign_in) {
    await signIn(apiUrl, settings.sign_in)
    set('signed in')
    return
  }
  window.addEventListener('hashchange', takeNewToken)
  const token = tokenOfAddress() ?? sessionStorage.getItem(TOKEN)
  if (!token) {
    set('signed out')
    return
  }
  sessionStorage.setItem(TOKEN, token)
  connect({ apiUrl, token: () => Promise.resolve(token), signOut: forgetToken, lake: settings.lake })
  set('signed in')
}

/** The address of another `headgate serve`, opened in the tab of this console: the browser changes the hash and loads nothing. */
function takeNewToken(): void {
  const token = tokenOfAddress()
  if (!token) return
  sessionStorage.setItem(TOKEN, token)
  window.location.reload()
}

function forgetToken(): void {
  sessionStorage.removeItem(TOKEN)
  window.location.reload()
}

/** Authorization code with PKCE against the user pool. */
async function signIn(apiUrl: string, settings: NonNullable<Config['sign_in']>): Promise<void> {
  const { UserManager, WebStorageStateStore } = await import('oidc-client-ts')
  const here = `${window.location.origin}/` // the user pool knows this address only
  const users = new UserManager({
    authority: settings.authority,
    client_id: settings.client_id,
    redirect_uri: here,
    scope: 'openid email',
    userStore: new WebStorageStateStore({ store: sessionStorage }),
    automaticSilentRenew: true,
  })
  const answer = new URLSearchParams(window.location.search)
  if (answer.has('error'))
    // Asking again at once would get the same answer, for ever.
    throw new Error(`The user pool refused: ${answer.get('error_description') ?? answer.get('error')}.`)
  if (answer.has('code')) {
    const user = await users.signinCallback()
    window.history.replaceState(null, '', here + (typeof user?.state === 'string' ? user.state : '#/'))
  }
  const user = await users.getUser()
  if (!user || user.expired) {
    await users.signinRedirect({ state: window.location.hash })
    await new Promise(() => undefined) // the browser leaves the page
  }
  connect({
    apiUrl,
    token: async () => (await users.getUser())?.access_token ?? '',
    signOut: (everywhere) =>
      void users.removeUser().then(() => {
        if (everywhere && settings.sign_out_url) window.location.assign(settings.sign_out_url)
        else window.location.reload()
      }),
    name: user?.profile.email,
  })
}

function TokenForm({ onDone }: { onDone: () => void }) {
  const [token, setToken] = useState('')
  return (
    <Center component="main" h="100vh" p="md">
      <Stack
        component="form"
        maw={420}
        w="100%"
        onSubmit={(event) => {
          event.preventDefault()
          sessionStorage.setItem(TOKEN, token.trim())
          onDone()
        }}
      >
        <Title order={1} size="h2">
          Headgate
        </Title>
        <Text>
          This console was started by the person who deploys the lake, with <code>headgate serve</code>. Open
          the address that it printed, or paste its token here. The token is valid until that command stops.
        </Text>
        <PasswordInput
          label="Token"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          required
        />
        <Button type="submit" disabled={!token.trim()}>
          Sign in
        </Button>
      </Stack>
    </Center>
  )
}
