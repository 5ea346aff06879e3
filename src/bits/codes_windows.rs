//! The codes that come to BITS from WinHTTP (Microsoft: "WinHTTP error messages"), from Windows,
//! and those that admins see in the Windows Update Agent and in Delivery Optimization.

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
        "SENS gets no logon notifications; see that SENS runs",
    ),
    code(
        0x8024_0438,
        "WU_E_PT_ENDPOINT_UNREACHABLE",
        "the update endpoint cannot be reached; the agent backs off",
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

/// Delivery Optimization (Microsoft: "Delivery Optimization return values").
pub(super) const DELIVERY_OPTIMIZATION: &[Code] = &[
    code(0x80D0_1001, "DO_E_NO_SERVICE", "the service is not available"),
    code(0x80D0_2002, "DO_E_DOWNLOAD_NO_PROGRESS", "the download makes no progress"),
    code(0x80D0_2003, "DO_E_JOB_NOT_FOUND", "the job was not found"),
    code(0x80D0_2004, "DO_E_JOB_EMPTY", "the job has no files"),
    code(0x80D0_200D, "DO_E_LOCALPATH_NOT_SET", "the download has no local path"),
    code(0x80D0_2010, "DO_E_FILE_NOT_AVAILABLE", "the file is not available"),
    code(0x80D0_2011, "DO_E_UNKNOWN_PROPERTY_ID", "the property is unknown"),
    code(0x80D0_2012, "DO_E_READ_ONLY_PROPERTY", "the property cannot be written"),
    code(0x80D0_2013, "DO_E_INVALID_STATE", "the operation is not allowed in the job's state"),
    code(0x80D0_2014, "DO_E_ERROR_INFORMATION_UNAVAILABLE", "no error has occurred"),
    code(0x80D0_201A, "DO_E_FILE_SIZE_UNKNOWN_HTTP_200", "the size is unknown: 200 without it"),
    code(0x80D0_201C, "DO_E_FILE_SIZE_UNKNOWN_HTTP_206", "the size is unknown: 206 without it"),
    code(0x80D0_201D, "DO_E_FILE_SIZE_UNKNOWN_HTTP_2XX", "the size is unknown: another 2xx"),
    code(0x80D0_3002, "DO_E_NO_DOWNLOAD_EXTSETTINGS", "settings of the user or a policy forbid it"),
    code(0x80D0_3801, "DO_E_BLOCKED_BY_COST_TRANSFER_POLICY", "paused: the network costs money"),
    code(0x80D0_3803, "DO_E_BLOCKED_BY_CELLULAR_POLICY", "paused: the network is cellular"),
    code(0x80D0_3804, "DO_E_BLOCKED_BY_POWER_STATE", "paused: the computer is on battery"),
    code(
        0x80D0_3805,
        "DO_E_BLOCKED_BY_NO_NETWORK",
        "paused: there is no network; this is not about ranges",
    ),
    code(0x80D0_3807, "DO_E_BLOCKED_BY_VPN_POLICY", "paused: the network is a VPN"),
    code(0x80D0_3808, "DO_E_BLOCKED_BY_CRITICAL_MEMORY_USAGE", "paused: memory is short"),
    code(0x80D0_380D, "DO_E_UNEXPECTED_HTTP_STATUS_2XX", "an unexpected 2xx, such as 204"),
    code(
        0x80D0_5001,
        "DO_E_HTTP_BLOCKSIZE_MISMATCH",
        "the size of the reply is not the size asked; also where a proxy forbids Range",
    ),
    code(0x80D0_5002, "DO_E_HTTP_CERT_VALIDATION", "the certificate of the server is not valid"),
    code(0x80D0_5010, "DO_E_INVALID_RANGE", "the range is invalid"),
    code(0x80D0_5011, "DO_E_INSUFFICIENT_RANGE_SUPPORT", "Range is not supported"),
    code(0x80D0_5012, "DO_E_OVERLAPPING_RANGES", "the ranges overlap"),
    code(0x80D0_6802, "DO_E_FATAL_CORE_ERROR", "a fatal error in the core of the service"),
];
