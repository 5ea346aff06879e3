//! The codes that come to BITS from WinHTTP (Microsoft: "WinHTTP error messages"), from Windows,
//! and those that admins see in the Windows Update Agent.

use super::codes::{Code, code};

/// `ERROR_WINHTTP_*`: 0x80070000 plus the number.
pub(super) const WINHTTP: &[Code] = &[
    code(0x8007_2EE2, "ERROR_WINHTTP_TIMEOUT", "no answer within the time"),
    code(0x8007_2EE5, "ERROR_WINHTTP_INVALID_URL", "the URL is invalid"),
    code(0x8007_2EE6, "ERROR_WINHTTP_UNRECOGNIZED_SCHEME", "the URL scheme is not known"),
    code(
        0x8007_2EE7,
        "ERROR_WINHTTP_NAME_NOT_RESOLVED",
        "the name of the server or proxy could not be resolved; check it in the job owner's context",
    ),
    code(0x8007_2EEF, "ERROR_WINHTTP_LOGIN_FAILURE", "logging on failed"),
    code(0x8007_2EF1, "ERROR_WINHTTP_OPERATION_CANCELLED", "the operation was cancelled"),
    code(0x8007_2EFD, "ERROR_WINHTTP_CANNOT_CONNECT", "the connection was refused or filtered"),
    code(
        0x8007_2EFE,
        "ERROR_WINHTTP_CONNECTION_ERROR",
        "the connection was reset or closed in the reply, or the TLS versions do not match",
    ),
    code(0x8007_2F00, "ERROR_WINHTTP_RESEND_REQUEST", "the request must be sent again"),
    code(
        0x8007_2F05,
        "ERROR_WINHTTP_SECURE_CERT_DATE_INVALID",
        "the certificate is expired or not yet valid",
    ),
    code(
        0x8007_2F06,
        "ERROR_WINHTTP_SECURE_CERT_CN_INVALID",
        "the name in the certificate does not match",
    ),
    code(
        0x8007_2F0C,
        "ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED",
        "the server asks for a client certificate",
    ),
    code(
        0x8007_2F0D,
        "ERROR_WINHTTP_SECURE_INVALID_CA",
        "the certificate authority is not trusted, as with a TLS-inspecting proxy",
    ),
    code(
        0x8007_2F19,
        "ERROR_WINHTTP_SECURE_CERT_REV_FAILED",
        "the revocation list cannot be reached, for instance through the proxy",
    ),
    code(0x8007_2F76, "ERROR_WINHTTP_HEADER_NOT_FOUND", "a header that was asked for is absent"),
    code(
        0x8007_2F78,
        "ERROR_WINHTTP_INVALID_SERVER_RESPONSE",
        "the reply cannot be parsed; transient in BITS, the job goes on",
    ),
    code(0x8007_2F7C, "ERROR_WINHTTP_REDIRECT_FAILED", "the redirect failed or is not allowed"),
    code(0x8007_2F7D, "ERROR_WINHTTP_SECURE_CHANNEL_ERROR", "the TLS channel failed"),
    code(0x8007_2F86, "ERROR_WINHTTP_BAD_AUTO_PROXY_SCRIPT", "the proxy script has an error"),
    code(
        0x8007_2F87,
        "ERROR_WINHTTP_UNABLE_TO_DOWNLOAD_SCRIPT",
        "the proxy script could not be downloaded",
    ),
    code(0x8007_2F89, "ERROR_WINHTTP_SECURE_INVALID_CERT", "the certificate is invalid"),
    code(0x8007_2F8A, "ERROR_WINHTTP_SECURE_CERT_REVOKED", "the certificate is revoked"),
    code(
        0x8007_2F8F,
        "ERROR_WINHTTP_SECURE_FAILURE",
        "TLS failed, often for the clock, an old TLS version or the certificate",
    ),
    code(
        0x8007_2F92,
        "ERROR_WINHTTP_AUTO_PROXY_SERVICE_ERROR",
        "the proxy detection service failed",
    ),
    code(0x8007_2F94, "ERROR_WINHTTP_AUTODETECTION_FAILED", "no proxy script was found (WPAD)"),
    code(
        0x8007_2F95,
        "ERROR_WINHTTP_HEADER_COUNT_EXCEEDED",
        "the reply has too many header fields",
    ),
    code(
        0x8007_2F96,
        "ERROR_WINHTTP_HEADER_SIZE_OVERFLOW",
        "the header section of the reply is too long",
    ),
    code(
        0x8007_2F97,
        "ERROR_WINHTTP_CHUNKED_ENCODING_HEADER_SIZE_OVERFLOW",
        "a chunk header of the reply is too long",
    ),
    code(
        0x8007_2F98,
        "ERROR_WINHTTP_RESPONSE_DRAIN_OVERFLOW",
        "too much of a reply was left unread",
    ),
    code(0x8007_2EFF, "ERROR_INTERNET_CONNECTION_RESET", "the connection was reset"),
    code(0x8007_2EE1, "ERROR_WINHTTP_OUT_OF_HANDLES", "no more handles"),
    code(0x8007_2EE4, "ERROR_WINHTTP_INTERNAL_ERROR", "an internal error of WinHTTP"),
    code(0x8007_2EE9, "ERROR_WINHTTP_INVALID_OPTION", "an option has an invalid value"),
    code(0x8007_2EEB, "ERROR_WINHTTP_OPTION_NOT_SETTABLE", "the option cannot be set"),
    code(0x8007_2EEC, "ERROR_WINHTTP_SHUTDOWN", "WinHTTP is shutting down"),
    code(0x8007_2EF2, "ERROR_WINHTTP_INCORRECT_HANDLE_TYPE", "a handle has the wrong type"),
    code(0x8007_2EF3, "ERROR_WINHTTP_INCORRECT_HANDLE_STATE", "a handle is not in the right state"),
    code(
        0x8007_2F44,
        "ERROR_WINHTTP_CANNOT_CALL_BEFORE_OPEN",
        "called before the request was opened",
    ),
    code(
        0x8007_2F45,
        "ERROR_WINHTTP_CANNOT_CALL_BEFORE_SEND",
        "called before the request was sent",
    ),
    code(0x8007_2F46, "ERROR_WINHTTP_CANNOT_CALL_AFTER_SEND", "called after the request was sent"),
    code(
        0x8007_2F47,
        "ERROR_WINHTTP_CANNOT_CALL_AFTER_OPEN",
        "called after the request was opened",
    ),
    code(0x8007_2F7A, "ERROR_WINHTTP_INVALID_QUERY_REQUEST", "the query for a header is invalid"),
    code(0x8007_2F7B, "ERROR_WINHTTP_HEADER_ALREADY_EXISTS", "the header exists already"),
    code(0x8007_2F8C, "ERROR_WINHTTP_NOT_INITIALIZED", "WinHTTP is not initialised"),
    code(
        0x8007_2F90,
        "ERROR_WINHTTP_UNHANDLED_SCRIPT_TYPE",
        "the proxy script has an unknown type",
    ),
    code(0x8007_2F91, "ERROR_WINHTTP_SCRIPT_EXECUTION_ERROR", "the proxy script failed"),
    code(
        0x8007_2F93,
        "ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE",
        "the certificate is not valid for this use",
    ),
    code(
        0x8007_2F99,
        "ERROR_WINHTTP_CLIENT_CERT_NO_PRIVATE_KEY",
        "the client certificate has no private key",
    ),
    code(
        0x8007_2F9A,
        "ERROR_WINHTTP_CLIENT_CERT_NO_ACCESS_PRIVATE_KEY",
        "the private key of the client certificate cannot be read",
    ),
    code(
        0x8007_2F9B,
        "ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED_PROXY",
        "the proxy requires a client certificate",
    ),
    code(0x8007_2F9C, "ERROR_WINHTTP_SECURE_FAILURE_PROXY", "TLS with the proxy failed"),
    code(0x8007_2F9E, "ERROR_WINHTTP_HTTP_PROTOCOL_MISMATCH", "the HTTP version does not match"),
    code(0x8007_2F9F, "ERROR_WINHTTP_GLOBAL_CALLBACK_FAILED", "a callback failed"),
    code(0x8007_2FA0, "ERROR_WINHTTP_FEATURE_DISABLED", "the feature is disabled"),
];

/// Codes of Windows: the service, its settings, the update agent.
pub(super) const WINDOWS: &[Code] = &[
    code(
        0x8007_0002,
        "ERROR_FILE_NOT_FOUND",
        "BITS does not start: ServiceDll in its registry key must be %SystemRoot%\\System32\\qmgr.dll",
    ),
    code(
        0x8007_0003,
        "ERROR_PATH_NOT_FOUND",
        "BITS does not start: before Vista, the Microsoft\\Network folder of all users is missing",
    ),
    code(
        0x8007_0057,
        "E_INVALIDARG",
        "wrong proxy name in the settings, or no user name or password for a scheme other than NTLM or Negotiate",
    ),
    code(0x8007_0422, "ERROR_SERVICE_DISABLED", "BITS does not start: the service is disabled"),
    code(
        0x8007_0424,
        "ERROR_SERVICE_DOES_NOT_EXIST",
        "BITS does not start: repair the configuration of the service",
    ),
    code(0x8007_0426, "ERROR_SERVICE_NOT_ACTIVE", "the service is not started"),
    code(
        0x8007_042C,
        "ERROR_SERVICE_DEPENDENCY_FAIL",
        "BITS does not start: a service that it needs did not start",
    ),
    code(
        0x8007_0433,
        "ERROR_SERVICE_DEPENDENCY_DELETED",
        "BITS does not start: a service that it needs is missing or marked for deletion",
    ),
    code(
        0x8007_043B,
        "ERROR_SERVICE_NOT_IN_EXE",
        "BITS does not start: it is not among the services of the netsvcs group",
    ),
    code(
        0x8007_04DD,
        "ERROR_NOT_LOGGED_ON",
        "SENS gets no logon notifications, or Start-BitsTransfer ran without an interactive logon",
    ),
    code(
        0x8024_0438,
        "WU_E_PT_ENDPOINT_UNREACHABLE",
        "the update endpoint cannot be reached; the agent backs off",
    ),
    code(
        0x8007_0005,
        "E_ACCESSDENIED",
        "access denied: the account of the job may not write the folder, or a service or policy refuses it",
    ),
    code(0x8007_0070, "ERROR_DISK_FULL", "the disk of the destination is full"),
    code(
        0x8009_2003,
        "CRYPT_E_FILE_ERROR",
        "a file could not be read for the check of its signature: it is incomplete or damaged",
    ),
    code(
        0x800B_0109,
        "CERT_E_UNTRUSTEDROOT",
        "the root certificate is not trusted, as with TLS inspection or missing root updates",
    ),
    code(0x8024_6007, "WU_E_DM_NOTDOWNLOADED", "the update was not downloaded"),
    code(
        0x8024_6008,
        "WU_E_DM_FAILTOCONNECTTOBITS",
        "BITS or Delivery Optimization could not be reached",
    ),
];

/// The Windows Update Agent (Microsoft: "WUA networking error codes").
pub(super) const UPDATE_AGENT: &[Code] = &[
    code(
        0x8024_4016,
        "WU_E_PT_HTTP_STATUS_BAD_REQUEST",
        "HTTP status 400 from the update server or proxy",
    ),
    code(
        0x8024_4017,
        "WU_E_PT_HTTP_STATUS_DENIED",
        "HTTP status 401 from the update server or proxy",
    ),
    code(
        0x8024_4018,
        "WU_E_PT_HTTP_STATUS_FORBIDDEN",
        "HTTP status 403 from the update server or proxy",
    ),
    code(
        0x8024_4019,
        "WU_E_PT_HTTP_STATUS_NOT_FOUND",
        "HTTP status 404 from the update server or proxy",
    ),
    code(
        0x8024_401A,
        "WU_E_PT_HTTP_STATUS_BAD_METHOD",
        "HTTP status 405 from the update server or proxy",
    ),
    code(
        0x8024_401B,
        "WU_E_PT_HTTP_STATUS_PROXY_AUTH_REQ",
        "HTTP status 407 from the update server or proxy",
    ),
    code(
        0x8024_401C,
        "WU_E_PT_HTTP_STATUS_REQUEST_TIMEOUT",
        "HTTP status 408 from the update server or proxy",
    ),
    code(
        0x8024_401D,
        "WU_E_PT_HTTP_STATUS_CONFLICT",
        "HTTP status 409 from the update server or proxy",
    ),
    code(
        0x8024_401E,
        "WU_E_PT_HTTP_STATUS_GONE",
        "HTTP status 410 from the update server or proxy",
    ),
    code(
        0x8024_401F,
        "WU_E_PT_HTTP_STATUS_SERVER_ERROR",
        "HTTP status 500 from the update server or proxy",
    ),
    code(
        0x8024_4020,
        "WU_E_PT_HTTP_STATUS_NOT_SUPPORTED",
        "HTTP status 501 from the update server or proxy",
    ),
    code(
        0x8024_4021,
        "WU_E_PT_HTTP_STATUS_BAD_GATEWAY",
        "HTTP status 502 from the update server or proxy",
    ),
    code(
        0x8024_4022,
        "WU_E_PT_HTTP_STATUS_SERVICE_UNAVAIL",
        "HTTP status 503 from the update server or proxy",
    ),
    code(
        0x8024_4023,
        "WU_E_PT_HTTP_STATUS_GATEWAY_TIMEOUT",
        "HTTP status 504 from the update server or proxy",
    ),
    code(
        0x8024_4024,
        "WU_E_PT_HTTP_STATUS_VERSION_NOT_SUP",
        "HTTP status 505 from the update server or proxy",
    ),
    code(
        0x8024_4010,
        "WU_E_PT_EXCEEDED_MAX_SERVER_TRIPS",
        "the scan needed more round trips than allowed: the WSUS catalogue is too large; run it again",
    ),
    code(
        0x8024_500C,
        "WU_E_REDIRECTOR_CONNECT_POLICY",
        "a policy forbids connections to Windows Update on the Internet",
    ),
    code(
        0x8024_402B,
        "WU_E_PT_HTTP_STATUS_UNEXPECTED",
        "the server answered with another HTTP status",
    ),
    code(
        0x8024_402C,
        "WU_E_PT_WINHTTP_NAME_NOT_RESOLVED",
        "the name of the server or proxy could not be resolved",
    ),
];
