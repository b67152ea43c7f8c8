"""The second step at sign-in (动态码): codes of an authenticator, recovery codes, who must have one."""
